"""Pages that explain their refreshes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Pages for visitors whose session ends, and who have other tabs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

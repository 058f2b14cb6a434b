"""Pages on which somebody is doing something while blocks refresh."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

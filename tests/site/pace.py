"""Pages with blocks that load late, by themselves, or say what happened."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

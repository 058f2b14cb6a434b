"""Pages whose blocks refresh together, and what can go wrong on the way."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

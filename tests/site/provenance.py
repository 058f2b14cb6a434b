"""Pages that explain their refreshes."""

from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [
    path("why/", TemplateView.as_view(template_name="site/why.html"), name="why"),
    path("why/hostile/", TemplateView.as_view(template_name="site/why_hostile.html"), name="why_hostile"),
]

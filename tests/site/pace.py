"""Pages with blocks that load late, by themselves, or say what happened."""

from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [
    path("pace/said/", TemplateView.as_view(template_name="site/pace_said.html"), name="pace_said"),
    path("pace/lazy/", TemplateView.as_view(template_name="site/pace_lazy.html"), name="pace_lazy"),
    path("pace/lazy/more/", TemplateView.as_view(template_name="site/pace_more.html"), name="pace_more"),
    path("pace/poll/", TemplateView.as_view(template_name="site/pace_poll.html"), name="pace_poll"),
]

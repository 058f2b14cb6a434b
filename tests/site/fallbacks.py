"""Blocks that say what they show where a reader refuses, or what it reads is gone."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import TemplateView

from mizan_htmx import Context, client
from tests.site.models import Card

MINUTES = Context("minutes", live=True)
SECRET = "Secret"


def may_review(request: HttpRequest, card_id: int) -> bool:
    """Let everybody read what is not called secret."""
    return not Card.objects.filter(pk=card_id, title=SECRET).exists()


@client(context="review", auth=may_review)
def review(request: HttpRequest, card_id: int) -> str:
    """Read the title of a card."""
    return Card.objects.get(pk=card_id).title


@client(context=MINUTES, auth=may_review)
def minutes(request: HttpRequest, card_id: int) -> str:
    """Read the same, as a page shows it that hears of changes."""
    return Card.objects.get(pk=card_id).title


@client(affects=["review", MINUTES])
def close_review(request: HttpRequest, card_id: int) -> HttpResponse:
    """Keep a card from everybody; 204."""
    Card.objects.filter(pk=card_id).update(title=SECRET)
    return HttpResponse(status=204)


@client(affects=["review", MINUTES])
def remove_review(request: HttpRequest, card_id: int) -> HttpResponse:
    """Remove a card; 204."""
    Card.objects.filter(pk=card_id).delete()
    return HttpResponse(status=204)


urlpatterns = [
    path("fallbacks/", TemplateView.as_view(template_name="site/fallbacks.html"), name="fallbacks"),
    path(
        "fallbacks/bare/",
        TemplateView.as_view(template_name="site/fallbacks_bare.html"),
        name="fallbacks_bare",
    ),
    path(
        "fallbacks/live/",
        TemplateView.as_view(template_name="site/fallbacks_live.html"),
        name="fallbacks_live",
    ),
    path("fallbacks/<int:card_id>/close/", close_review, name="close_review"),
    path("fallbacks/<int:card_id>/remove/", remove_review, name="remove_review"),
]

"""Functions that register themselves, one that the module registers, and one that comes from elsewhere."""

from django.http import HttpRequest, HttpResponse

from mizan_htmx import client, register
from tests.apps.shared import summary

__all__ = ["hidden", "profile_page", "rename", "summary", "undeclared", "user_profile"]


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="user")
def profile_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@client(affects="user")
async def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Rename a person."""
    return HttpResponse(status=204)


@client(private=True)
def hidden(request: HttpRequest) -> None:
    """Do something under a name that the module chose."""


def undeclared(request: HttpRequest) -> None:
    """Do something that nobody declared."""


register(hidden, "people.hidden")

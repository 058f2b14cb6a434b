"""Two functions whose names are taken, between others whose names are free."""

from django.http import HttpRequest

from mizan_htmx import client
from tests.apps.shared import summary

__all__ = ["cart_lines", "cart_total", "rename", "summary", "user_profile"]


@client(context="cart")
def cart_lines(request: HttpRequest) -> list[str]:
    """Read the lines."""
    return []


@client(context="cart")
def user_profile(request: HttpRequest) -> str:
    """Read whose cart it is."""
    return "Ada"


@client(affects="cart")
def rename(request: HttpRequest) -> None:
    """Rename the cart."""


@client(context="cart")
def cart_total(request: HttpRequest) -> int:
    """Read the total."""
    return 0

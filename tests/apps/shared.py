"""A function that two apps import."""

from django.http import HttpRequest

from mizan_htmx import client


@client(context="summary")
def summary(request: HttpRequest) -> str:
    """Read a summary."""
    return "All is well."

"""Middleware that sites write themselves."""

from collections.abc import Callable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse

from mizan_htmx.middleware import MizanMiddleware


class OwnMizanMiddleware(MizanMiddleware):
    """Do as the package's, under another name."""


class OwnAuthenticationMiddleware(AuthenticationMiddleware):
    """Do as Django's, under another name."""


def function_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Do nothing, as a function."""
    return get_response

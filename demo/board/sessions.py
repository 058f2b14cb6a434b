"""Beginning and ending a session, in a browser that has chosen its htmx."""

from django.contrib.auth import login, logout
from django.http import HttpRequest

from demo.board.middleware import VERSION_KEY
from demo.board.models import Person

BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, person: Person) -> None:
    """Sign somebody in."""
    version = request.session.get(VERSION_KEY)
    login(request, person, BACKEND)
    _keep_version(request, version)


def leave(request: HttpRequest) -> None:
    """Sign out."""
    version = request.session.get(VERSION_KEY)
    logout(request)
    _keep_version(request, version)


def _keep_version(request: HttpRequest, version: int | None) -> None:
    # Django empties another person's session, but it is still the same browser.
    if version is not None:
        request.session[VERSION_KEY] = version

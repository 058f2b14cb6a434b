"""The exceptions of mizan_htmx; each class has its HTTP status and its code."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404
from django.utils.functional import Promise

__all__ = [
    "BadRequest",
    "DeclarationError",
    "Forbidden",
    "InternalError",
    "MethodNotAllowed",
    "MizanError",
    "NotFound",
    "NotImplementedYet",
    "TooLarge",
    "Unauthorized",
    "ValidationFailed",
]


class DeclarationError(TypeError, ValueError):
    """A declaration (``@client``, ``Context``, ``register``) is invalid.

    Both a ``TypeError`` and a ``ValueError``, because code written for mizan catches one or the other.
    """


class MizanError(Exception):
    """The base of the errors that refuse a call. A function's body or its ``auth`` may raise any subclass.

    ``message`` is sent to the caller, so it must not contain what the caller may not know. ``details`` is a
    mapping of JSON values; the response has it beside the message.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    default_message: ClassVar[str] = "Something went wrong."

    def __init__(self, message: str | Promise = "", *, details: Mapping[str, object] | None = None) -> None:
        self.message = str(message) or self.default_message
        self.details = details
        super().__init__(self.message)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON body of the response to this error."""
        body: dict[str, object] = {"error": True, "code": self.code, "message": self.message}
        if self.details is not None:
            body["details"] = self.details
        return body


class BadRequest(MizanError):
    """The request can't be read."""

    status = 400
    code = "BAD_REQUEST"
    default_message = "The request can't be read."


class Unauthorized(MizanError):
    """Login is required, and nobody is logged in."""

    status = 401
    code = "UNAUTHORIZED"
    default_message = "Please sign in."


class Forbidden(MizanError):
    """The caller may not do this."""

    status = 403
    code = "FORBIDDEN"
    default_message = "You may not do this."


class NotFound(MizanError):
    """There is no such function, context or thing."""

    status = 404
    code = "NOT_FOUND"
    default_message = "Not found."


class MethodNotAllowed(MizanError):
    """The HTTP method is not allowed; ``allowed`` is sent in the ``Allow`` header."""

    status = 405
    code = "METHOD_NOT_ALLOWED"
    default_message = "This method is not allowed here."

    def __init__(self, allowed: Sequence[str], message: str | Promise = "") -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class TooLarge(MizanError):
    """The body is larger than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes."""

    status = 413
    code = "TOO_LARGE"
    default_message = "The request is too large."


class ValidationFailed(MizanError):
    """The arguments are invalid.

    ``fields`` maps an argument's name to its error messages, for the visitor to read; messages that belong to
    no argument are under ``__all__``, as in Django's forms. ``reasons`` are the messages for developers.
    """

    status = 422
    code = "VALIDATION_ERROR"
    default_message = "Some values are invalid."

    def __init__(
        self,
        fields: Mapping[str, Sequence[str]] | None = None,
        message: str | Promise = "",
        *,
        reasons: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        self.reasons = self.fields if reasons is None else reasons
        super().__init__(message, details={"fields": self.fields})


class InternalError(MizanError):
    """The function itself failed; the response says nothing about the reason."""


class NotImplementedYet(MizanError):
    """The function is not implemented yet."""

    status = 501
    code = "NOT_IMPLEMENTED"
    default_message = "This is not implemented."


#: What a reader or form may raise to hide its data from this visitor.
DENIED = (PermissionDenied, PermissionError, Http404, Unauthorized, Forbidden, NotFound)

#: What a reader raises for a visitor who may not see its data, and where there is no such thing.
REFUSED = (PermissionDenied, PermissionError, Unauthorized, Forbidden)
GONE = (Http404, NotFound, ObjectDoesNotExist)

#: What leaves a block without its content, and does not fail the page.
HIDING = (*REFUSED, *GONE)

_BY_AUTH = "mizan_by_auth"


def blame_auth(error: Exception) -> None:
    """Note that an ``auth`` callable has raised an exception, and not the body."""
    error.__dict__[_BY_AUTH] = True


def is_by_auth(error: Exception) -> bool:
    """Return whether an ``auth`` callable has raised an exception."""
    return _BY_AUTH in error.__dict__


def suggest(name: str, known: Iterable[str], *, what: str) -> str:
    """Return a hint for a misspelt name: the closest known name, and the known names, 20 at most."""
    names = sorted(known)
    guess = closest(name, names)
    return f"Did you mean {guess!r}? {listed(names, what=what)}" if guess else listed(names, what=what)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like a misspelt one, or ``None``.

    Of several that are as close, it is one with the same letters, or else the first.
    """
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3)
    if not close:
        return None

    def rank(other: str) -> tuple[float, bool, int]:
        ratio = difflib.SequenceMatcher(None, other, name).ratio()
        return ratio, sorted(other) == sorted(name), -names.index(other)

    return max(close, key=rank)


def listed(known: Iterable[str], *, what: str) -> str:
    """Return a sentence with the known names, 20 at most."""
    names = sorted(known)
    more = ", …" if len(names) > 20 else ""
    return f"Known {what}: {', '.join(names[:20]) or 'none'}{more}."

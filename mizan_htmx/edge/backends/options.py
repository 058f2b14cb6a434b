"""The ``OPTIONS`` of an edge, each checked when it is read."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from mizan_htmx.errors import suggest


class Secret:
    """A string that no log, traceback or ``repr`` shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the string, for the request that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"


class Options:
    """The options of one edge. Each method reads one, and raises ImproperlyConfigured if it is invalid.

    ``shown`` are the options read so far that are not secret, by name; ``secrets`` are the others.
    """

    def __init__(self, owner: str, given: Mapping[str, object]) -> None:
        self._owner = owner
        self._given = dict(given)
        self._known: list[str] = []
        self.shown: dict[str, object] = {}
        self.secrets: list[Secret] = []

    def text(self, name: str, *, default: str | None = None) -> str:
        """Return a string of visible ASCII characters; it is required if there is no default."""
        value = self._take(name, default)
        if not (isinstance(value, str) and value and value.isascii() and value.isprintable()):
            raise self._invalid(name, value, "a string of visible ASCII characters")
        self._show(name, value)
        return value

    def secret(self, name: str) -> Secret:
        """Return a required secret: visible ASCII characters, because it is sent in a header."""
        value = self._take(name, None)
        if not (isinstance(value, str) and value and value.isascii() and value.isprintable()):
            raise ImproperlyConfigured(
                f"{self._owner}: option {name!r} is not a string of visible ASCII characters."
            )
        secret = Secret(value)
        self.secrets.append(secret)
        return secret

    def secret_or_none(self, name: str) -> Secret | None:
        """Return a secret, or ``None`` if it is left out."""
        if self._given.get(name) is None:
            self._known.append(name)
            return None
        return self.secret(name)

    def choice(self, name: str, choices: Sequence[str], *, default: str) -> str:
        """Return one of ``choices``."""
        value = self._take(name, default)
        if value not in choices:
            raise self._invalid(name, value, f"one of {', '.join(map(repr, choices))}")
        self._show(name, value)
        return str(value)

    def seconds(self, name: str, *, default: float) -> float:
        """Return a number of seconds above zero."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
            raise self._invalid(name, value, "a number of seconds above 0")
        self._show(name, value)
        return float(value)

    def seconds_or_none(self, name: str, *, default: float | None) -> float | None:
        """Return a number of seconds above zero, or ``None`` for never."""
        if self._given.get(name, default) is None:
            self._known.append(name)
            self._show(name, None)
            return None
        return self.seconds(name, default=default or 0)

    def url(self, name: str, *, default: str | None = None) -> str:
        """Return the URL of a server, without its last slash."""
        value = self._take(name, default)
        self._check_url(name, value)
        self._show(name, value)
        return str(value).rstrip("/")

    def urls(self, name: str) -> tuple[str, ...]:
        """Return a list of URLs, at least one; a string is a list of one."""
        value = self._take(name, None)
        listed = [value] if isinstance(value, str) else value
        if not (isinstance(listed, (list, tuple)) and listed):
            raise self._invalid(name, value, "a list of URLs")
        for each in listed:
            self._check_url(name, each)
        self._show(name, list(listed))
        return tuple(each.rstrip("/") for each in listed)

    def names(self, name: str) -> frozenset[str]:
        """Return header names in lower case; none if the option is left out."""
        value = self._take(name, ())
        if not (isinstance(value, (list, tuple)) and all(isinstance(each, str) and each for each in value)):
            raise self._invalid(name, value, "a list of header names")
        self._show(name, list(value))
        return frozenset(each.lower() for each in value)

    def finish(self) -> None:
        """Raise ImproperlyConfigured if there is an option that nothing has read."""
        for name in self._given:
            if name not in self._known:
                hint = suggest(name, self._known, what="options")
                raise ImproperlyConfigured(f"{self._owner}: unknown option {name!r}. {hint}")

    def _take(self, name: str, default: object) -> object:
        self._known.append(name)
        value = self._given.get(name, default)
        if value is None:
            raise ImproperlyConfigured(f"{self._owner}: option {name!r} is missing.")
        return value

    def _show(self, name: str, value: object) -> None:
        if name in self._given:
            self.shown[name] = value

    def _check_url(self, name: str, value: object) -> None:
        if isinstance(value, str) and "@" in value:  # before a message that shows the value
            raise ImproperlyConfigured(
                f"{self._owner}: option {name!r} must not contain a user or a password."
            )
        if not (isinstance(value, str) and value.isascii() and _is_url(value)):
            raise self._invalid(name, value, "a URL such as 'https://host:port'")

    def _invalid(self, name: str, value: object, wanted: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(f"{self._owner}: option {name!r} is {value!r}, not {wanted}.")


def _is_url(text: str) -> bool:
    """Return whether this is a scheme and a host, with an optional port and path, and nothing else."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and text.isprintable() and " " not in text and not (parts.query or parts.fragment)

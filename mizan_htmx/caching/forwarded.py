"""The host, port and scheme that a site takes from the headers of its proxies.

A response that depends on one of these headers must vary by it. Otherwise a visitor who sends the header
themselves decides what a cache shows to everyone else (cache poisoning).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http.request import HttpHeaders


def forwarded() -> dict[str, str]:
    """Return the headers from which the site takes host, port and scheme: name in ``META`` to name."""
    proxy = settings.SECURE_PROXY_SSL_HEADER
    return _forwarded_by(settings.USE_X_FORWARDED_HOST, settings.USE_X_FORWARDED_PORT, proxy and proxy[0])


@lru_cache(16)
def _forwarded_by(host: bool, port: bool, scheme: str | None) -> dict[str, str]:
    used = {"HTTP_X_FORWARDED_HOST": host, "HTTP_X_FORWARDED_PORT": port, scheme or "": bool(scheme)}
    # A key that is no header's is set by the server, and no visitor can influence it.
    names = {key: HttpHeaders.parse_header_name(key) for key, is_used in used.items() if is_used}
    return {key: name for key, name in names.items() if name is not None}


class Meta(dict[str, Any]):
    """A ``META`` that records which headers of proxies are read, to find host, port and scheme.

    They are added to ``read`` when they are looked up, present or not: the response then varies by them.
    """

    def __init__(self, known: dict[str, Any], read: set[str]) -> None:
        super().__init__(known)
        self._read = read
        self._noted = forwarded()

    def _note(self, key: object) -> None:
        if key in self._noted:
            self._read.add(self._noted[key])

    def _note_all(self) -> None:
        self._read.update(self._noted.values())

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or the default."""
        self._note(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove and return a value."""
        self._note(key)
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return a value; set it to the default if it is missing."""
        self._note(key)
        return super().setdefault(key, default)

    # Overridden so that dict() and ** use it, too.
    def __iter__(self) -> Iterator[str]:
        self._note_all()
        return super().__iter__()

    def keys(self) -> Any:
        """Return the names."""
        self._note_all()
        return super().keys()

    def values(self) -> Any:
        """Return the values."""
        self._note_all()
        return super().values()

    def items(self) -> Any:
        """Return names and values."""
        self._note_all()
        return super().items()

    def copy(self) -> dict[str, Any]:
        """Return a plain dictionary."""
        return dict(self)

"""What a site takes from its proxies: the host, the port and the scheme that a visitor has asked for.

An answer that depends on one of these headers must say so to the caches on its way. Otherwise whoever sends
the header themselves decides what everybody else is shown.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http.request import HttpHeaders


def forwarded() -> dict[str, str]:
    """Return the headers from which the site takes host, port and scheme, by their names in ``META``."""
    proxy = settings.SECURE_PROXY_SSL_HEADER
    return _forwarded_by(settings.USE_X_FORWARDED_HOST, settings.USE_X_FORWARDED_PORT, proxy and proxy[0])


@lru_cache(16)
def _forwarded_by(host: bool, port: bool, scheme: str | None) -> dict[str, str]:
    used = {"HTTP_X_FORWARDED_HOST": host, "HTTP_X_FORWARDED_PORT": port, scheme or "": bool(scheme)}
    # What is not the name of a header is set by the server, and no visitor has a part in it.
    names = {key: HttpHeaders.parse_header_name(key) for key, is_used in used.items() if is_used}
    return {key: name for key, name in names.items() if name is not None}


class Meta(dict[str, Any]):
    """What the server says of a request, by which Django finds host, port and scheme.

    The headers of proxies among it are noted in ``read`` when they are looked for, there or not: the answer
    then varies by them.
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
        """Take a value out."""
        self._note(key)
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return a value, which is the default from now on if there was none."""
        self._note(key)
        return super().setdefault(key, default)

    # Overridden, dict() and ** take this way as well.
    def __iter__(self) -> Iterator[str]:
        self._note_all()
        return super().__iter__()

    def keys(self) -> Any:
        """List the names."""
        self._note_all()
        return super().keys()

    def values(self) -> Any:
        """List the values."""
        self._note_all()
        return super().values()

    def items(self) -> Any:
        """List names and values."""
        self._note_all()
        return super().items()

    def copy(self) -> dict[str, Any]:
        """Return a dictionary of its own."""
        return dict(self)

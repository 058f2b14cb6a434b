"""Subresource integrity: the hash of a script, by which a browser refuses another content at its URL."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha384
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import STATICFILES_STORAGE_ALIAS, settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

_OWN = Path(__file__).resolve().parents[1] / "static"


def integrity_of(path: str) -> str:
    """Return ``sha384-…`` of a static file, of the content that its storage serves.

    Raise ImproperlyConfigured if the file can't be read. Without ``DEBUG`` a file is read once.
    """
    if settings.DEBUG:
        return _hash(_read(path))
    if not apps.is_installed("django.contrib.staticfiles"):
        return _hash_once(path, "")
    storage: Any = storages[STATICFILES_STORAGE_ALIAS]
    stored: str = storage.stored_name(path) if isinstance(storage, HashedFilesMixin) else ""
    return _hash_once(path, stored)


@lru_cache(32)
def _hash_once(path: str, stored: str) -> str:
    return _hash(_read(path, stored))


def _hash(content: bytes) -> str:
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"


def _read(path: str, stored: str = "") -> bytes:
    """Read the file that the storage has under the name ``stored``, or else the one that the finders find."""
    try:
        found = "" if stored else _find(path)
        if found:
            return Path(found).read_bytes()
        with storages[STATICFILES_STORAGE_ALIAS].open(stored or path) as file:
            content: bytes = file.read()
            return content
    except OSError as error:
        raise ImproperlyConfigured(
            f"MIZAN_SCRIPT_INTEGRITY: {path!r} can't be read ({error}). Run collectstatic, or turn it off."
        ) from error


def _find(path: str) -> str:
    """Return where a static file is; without the app for static files, where this package's own would be."""
    if not apps.is_installed("django.contrib.staticfiles"):
        return str(_OWN / path)
    found: str | None = finders.find(path)
    return found or ""

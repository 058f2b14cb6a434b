"""``MIZAN_REPLICA_LAG``: how far behind what readers read is, as the site says."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

SETTING = "MIZAN_REPLICA_LAG"


def replica_lag() -> float:
    """Return the seconds that a replica may be behind; infinity where the site's own function gives ``None``.

    Raises ImproperlyConfigured for a setting that can't be meant.
    """
    stated = _stated()
    if not callable(stated):
        return stated
    measured = stated()
    if measured is None:
        return math.inf
    # Of two clocks that do not quite agree, the replica's may be ahead.
    return _seconds(max(measured, 0) if _is_number(measured) else measured, f"{SETTING}()")


def may_lag() -> bool:
    """Return whether the site says that a replica may be behind, however far it is just now."""
    stated = _stated()
    return callable(stated) or stated > 0


def _stated() -> float | Callable[[], Any]:
    setting = getattr(settings, SETTING, 0)
    if isinstance(setting, str):
        try:
            setting = import_string(setting)
        except ImportError as error:
            raise ImproperlyConfigured(
                f"{SETTING} names {setting!r}, which can't be imported: {error}."
            ) from None
    return setting if callable(setting) else _seconds(setting, SETTING)


def _seconds(value: Any, name: str) -> float:
    if not _is_number(value) or not value >= 0:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. It must be a number of seconds, or the path of a function that gives one."
        )
    return float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and not math.isnan(value)


def check_lag(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a setting that can't be meant."""
    try:
        _stated()
    except ImproperlyConfigured as error:
        hint = "docs/live.md has a function that asks the replica."
        return [Error(str(error), hint=hint, id="mizan_htmx.E010")]
    return []

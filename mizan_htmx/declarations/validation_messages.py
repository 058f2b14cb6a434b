"""Messages for invalid values: those of Django's forms, in the language of the response."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, get_args

from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from pydantic_core import from_json
from pydantic_core.core_schema import ErrorType

Context = Mapping[str, Any]

#: The messages of Django's form fields and validators, by the type of pydantic's error.
_TEXTS = {
    "missing": "This field is required.",
    "bool": "Enter a valid value.",
    "date": "Enter a valid date.",
    "datetime": "Enter a valid date/time.",
    "decimal": "Enter a number.",
    "enum": "Select a valid choice. That choice is not one of the available choices.",
    "finite": "Enter a number.",
    "float": "Enter a number.",
    "frozen": "Enter a list of values.",
    "int": "Enter a whole number.",
    "iterable": "Enter a list of values.",
    "json": "Enter a valid JSON.",
    "list": "Enter a list of values.",
    "literal": "Select a valid choice. That choice is not one of the available choices.",
    "set": "Enter a list of values.",
    "time": "Enter a valid time.",
    "timezone": "Enter a valid date/time.",
    "tuple": "Enter a list of values.",
    "url": "Enter a valid URL.",
    "uuid": "Enter a valid UUID.",
}
_DURATION = "Enter a valid duration."
_ANY = "Enter a valid value."
_NO_FILE = "No file was submitted."

#: The messages of pydantic types that raise errors without a type of their own.
_OF_PYDANTIC = {
    "is not a valid email address": "Enter a valid email address.",
}
_ADDRESS = re.compile(r"is not a valid (IPv4|IPv6|IPv4 or IPv6) address")

_BUILT_IN = frozenset(get_args(ErrorType))

#: The error types of ``scalars``' validators, whose messages are for developers.
_OURS = {"mizan_unnameable": "Enter a valid value."}


def field_messages(errors: Iterable[Mapping[str, Any]], raw: object) -> dict[str, list[str]]:
    """Return the messages by the name of the field, such as ``address.street`` or ``items.0.name``.

    ``errors`` are those of pydantic, with context and input; ``raw`` is what was validated. The parts of a
    location by which pydantic names the member of a union are left out. Where the members report different
    errors, which no value could satisfy together, one message says that the value is invalid.
    """
    found: dict[str, list[str]] = {}
    members = set()
    places = _Places(raw)
    for error in errors:
        place, is_member = places.name(error["loc"], error["type"])
        texts = found.setdefault(place, [])
        text = _text(error)
        if text not in texts:
            texts.append(text)
        if is_member:
            members.add(place)
    unclear = {place for place in members if len(found[place]) > 1}
    return {place: [gettext(_ANY)] if place in unclear else texts for place, texts in found.items()}


def required_message() -> str:
    """Return the message of a required field that is empty."""
    return gettext(_TEXTS["missing"])


_NOTHING: Any = object()


class _Places:
    """Translates the locations of pydantic's errors into the names under which values were sent."""

    def __init__(self, raw: object) -> None:
        self._raw = raw
        self._read: dict[str, Any] = {}  # parsed JSON text, because a hundred errors may lie in it

    def name(self, loc: tuple[int | str, ...], kind: str) -> tuple[str, bool]:
        """Return the name, and whether the location has other parts, too."""
        parts: list[str] = []
        value = self._raw
        for at, part in enumerate(loc):
            inner = self._inside(value, part)
            if inner is not _NOTHING:
                value = inner
            elif not parts or (kind == "missing" and at == len(loc) - 1):
                value = None  # a value that was not sent
            else:
                continue
            parts.append(str(part))
        return ".".join(parts), len(parts) < len(loc)

    def _inside(self, value: Any, part: int | str) -> Any:
        if isinstance(value, str):
            value = self._read_json(value)
        if isinstance(value, Mapping):
            return value.get(part, _NOTHING)
        if isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value):
            return value[part]
        return None if isinstance(part, int) else _NOTHING  # members of a set have only numbers

    def _read_json(self, text: str) -> Any:
        if text not in self._read:
            try:
                self._read[text] = from_json(text)
            except ValueError:
                self._read[text] = None
        return self._read[text]


def _text(error: Mapping[str, Any]) -> str:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(context, value)
    if kind in ("value_error", "assertion_error"):
        return _of_validator(error["msg"], context)
    if kind in _OURS:
        return gettext(_OURS[kind])
    if kind not in _BUILT_IN:  # a message of the site's own
        return _of_pydantic(error["msg"]) or str(error["msg"])
    if kind.startswith("time_delta"):
        return gettext(_DURATION)
    return gettext(_TEXTS.get(kind.partition("_")[0], _ANY))


def _of_validator(message: str, context: Context) -> str:
    """Return the message of a site's validator, without pydantic's prefix."""
    if "error" in context:
        return str(context["error"]) or gettext(_ANY)
    return _of_pydantic(message) or message


def _of_pydantic(message: str) -> str | None:
    if address := _ADDRESS.search(message):
        return gettext("Enter a valid %(protocol)s address.") % {"protocol": gettext(address[1])}
    known = next((text for part, text in _OF_PYDANTIC.items() if part in message), None)
    return None if known is None else gettext(known)


def _at_least(context: Context, value: Any) -> str:
    return _limit("Ensure this value is greater than or equal to %(limit_value)s.", context["ge"])


def _at_most(context: Context, value: Any) -> str:
    return _limit("Ensure this value is less than or equal to %(limit_value)s.", context["le"])


def _above(context: Context, value: Any) -> str:
    return _limit("Ensure this value is greater than %(limit_value)s.", context["gt"])


def _below(context: Context, value: Any) -> str:
    return _limit("Ensure this value is less than %(limit_value)s.", context["lt"])


def _step(context: Context, value: Any) -> str:
    return _limit("Ensure this value is a multiple of step size %(limit_value)s.", context["multiple_of"])


def _limit(text: str, limit: object) -> str:
    shown = localize(limit) if isinstance(limit, (int, float, Decimal)) else limit
    return gettext(text) % {"limit_value": shown}


def _too_short(context: Context, value: Any) -> str:
    least, count = context["min_length"], _length(value)
    if least == 1:
        return required_message()
    text = ngettext(
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
        least,
    )
    return text % {"limit_value": least, "show_value": count}


def _too_long(context: Context, value: Any) -> str:
    most = context["max_length"]
    text = ngettext(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        most,
    )
    return text % {"limit_value": most, "show_value": _length(value)}


def _length(value: object) -> int:
    return len(value) if isinstance(value, (str, bytes)) else 0


def _too_few(context: Context, value: Any) -> str:
    least = context["min_length"]
    if least == 1:
        return required_message()
    return ngettext("Give at least %(number)d value.", "Give at least %(number)d values.", least) % {
        "number": least
    }


def _too_many(context: Context, value: Any) -> str:
    most = context["max_length"]
    return ngettext("Give at most %(number)d value.", "Give at most %(number)d values.", most) % {
        "number": most
    }


def _digits(context: Context, value: Any) -> str:
    most = context.get("max_digits", context.get("digits"))
    text = ngettext(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
        most,
    )
    return text % {"max": most}


def _decimals(context: Context, value: Any) -> str:
    most = context["decimal_places"]
    text = ngettext(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
        most,
    )
    return text % {"max": most}


def _whole_digits(context: Context, value: Any) -> str:
    most = context["whole_digits"]
    text = ngettext(
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
        most,
    )
    return text % {"max": most}


def _instance(context: Context, value: Any) -> str:
    return gettext(_NO_FILE if str(context.get("class", "")).endswith("File") else _ANY)


def _past(context: Context, value: Any) -> str:
    return gettext("Enter a date in the past.")


def _future(context: Context, value: Any) -> str:
    return gettext("Enter a date in the future.")


_SPECIAL: dict[str, Callable[[Context, Any], str]] = {
    "date_future": _future,
    "date_past": _past,
    "datetime_future": _future,
    "datetime_past": _past,
    "decimal_max_digits": _digits,
    "decimal_max_places": _decimals,
    "decimal_whole_digits": _whole_digits,
    "greater_than": _above,
    "greater_than_equal": _at_least,
    "is_instance_of": _instance,
    "less_than": _below,
    "less_than_equal": _at_most,
    "mizan_digits": _digits,
    "multiple_of": _step,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "too_long": _too_many,
    "too_short": _too_few,
}

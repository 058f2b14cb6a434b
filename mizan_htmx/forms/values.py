"""JSON values of a form, as the text that a browser would post."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.utils import formats
from django.utils.datastructures import MultiValueDict

from mizan_htmx.errors import ValidationFailed

Data = MultiValueDict[str, Any]
Given = Mapping[str, Any]
# For each control of a form: its name in JSON, its name on a page, and its field.
Controls = Iterable[tuple[str, str, Any]]

_NO_VALUE = "Must be a scalar or a list of scalars."
_NO_PARTS = "Must be a scalar for each of its parts, at most {number}."


def as_posted(values: Given) -> Data:
    """Return values as a page would post them; ``fit`` handles values that no page posts."""
    fields: Data = MultiValueDict()
    for name, value in values.items():
        if value is not None and _is_flat(value):
            fields.setlist(name, _listed(value))
    return fields


def _is_flat(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(each is None or isinstance(each, (str, int, float)) for each in values)


def _listed(value: Any, field: Any = None) -> list[str | None]:
    if isinstance(field, forms.JSONField) and not isinstance(value, str):
        return [json.dumps(value)]
    separator = formats.get_format("DECIMAL_SEPARATOR") if _reads_locale(field) else "."
    return [_text(each, separator) for each in (value if isinstance(value, list) else [value])]


def _reads_locale(field: Any) -> bool:
    """Return whether a field reads numbers in the format of the visitor's language."""
    return getattr(field, "localize", False) and not isinstance(field, (forms.CharField, forms.ChoiceField))


def _text(value: Any, separator: str) -> str | None:
    """Return a value as a browser would post it, a number with its field's decimal separator."""
    if not isinstance(value, float):
        return None if value is None else str(value)
    text = repr(value)
    plain = format(Decimal(text), "f") if "e" in text else text
    return plain.replace(".", separator)


def by_own_names(form: Any) -> Controls:
    """Yield a form's controls, parts of fields included, by the names of the fields."""
    for name, field in form.fields.items():
        page_name = form.add_prefix(name)
        yield name, page_name, field
        for suffix, part in _parts(field):
            yield name + suffix, page_name + suffix, part


def by_page_names(form: Any) -> Controls:
    """Yield a form's controls by the names that they have on a page."""
    for _, page_name, field in by_own_names(form):
        yield page_name, page_name, field


def _parts(field: Any) -> Iterable[tuple[str, Any]]:
    widget = field.widget
    if isinstance(widget, forms.MultiWidget):
        suffixes: list[str] = widget.widgets_names  # type: ignore[attr-defined]
        parts = getattr(field, "fields", ())[: len(suffixes)]
        return zip_longest(suffixes, parts, fillvalue=field)
    if isinstance(widget, forms.SelectDateWidget):
        return [(each % "", field) for each in (widget.year_field, widget.month_field, widget.day_field)]
    if isinstance(widget, forms.ClearableFileInput):
        return [(widget.clear_checkbox_name(""), field)]
    return ()


def _in_parts(field: Any, value: Any) -> list[Any]:
    """Return the values of a field's parts; a date and time may also be one text."""
    if isinstance(value, list):
        return value
    if not (isinstance(field, forms.SplitDateTimeField) and isinstance(value, str)):
        return [value]
    try:
        moment = forms.DateTimeField(required=False).to_python(value)
    except forms.ValidationError:
        return [value]  # the field reports the error
    return [None if each is None else str(each) for each in field.widget.decompress(moment)]


def fit(form: Any, values: Given, controls: Controls, place: str) -> None:
    """Set each control's text, as its field reads it, under its name on a page.

    A value that the site's ``__init__`` has changed is kept, and so is one that belongs to no field. Raise
    ValidationFailed, with ``place`` before the names, for values that no field can take.
    """
    unfit = {}
    for own_name, page_name, field in controls:
        name = page_name if page_name in values else own_name
        value = values.get(name)
        if value is None:
            continue
        if not (isinstance(field, forms.JSONField) or _is_flat(value)):
            unfit[f"{place}{name}"] = [_NO_VALUE]
            continue
        if isinstance(field.widget, forms.MultiWidget):
            parts, given = [*_parts(field)], _in_parts(field, value)
            if len(given) > len(parts):
                unfit[f"{place}{name}"] = [_NO_PARTS.format(number=len(parts))]
            for (suffix, part), each in zip(parts, given, strict=False):
                _put(form, page_name + suffix, _listed(each, part), [])
            continue
        texts, former = _listed(value, field), _listed(value) if _is_flat(value) else []
        if name != page_name or texts != former:
            _put(form, page_name, texts, former)
    if unfit:
        raise ValidationFailed(unfit)


def _put(form: Any, name: str, texts: list[str | None], former: list[str | None]) -> None:
    data = form.data
    if not isinstance(data, MultiValueDict):
        data[name] = texts[-1]
    elif data.getlist(name) in ([], former):
        data.setlist(name, texts)

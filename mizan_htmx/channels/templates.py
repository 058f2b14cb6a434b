"""Channels in a page: what the template tags write, and pushed messages as HTML.

Which partial a page may have rendered travels signed, together with the channel it is for, and with the
page's language and time zone where they are not those of the site. It is rendered for all such pages at once,
without a request: it knows ``message``, ``params`` and ``channel``, and no ``user``.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.template import Engine, TemplateDoesNotExist
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, with_config

from mizan_htmx.channels.channel import Channel, message_classes, read_params
from mizan_htmx.errors import ValidationFailed, suggest
from mizan_htmx.html import plain
from mizan_htmx.localization import PLAIN, Localization, LocalizationPayload
from mizan_htmx.rendering.page_localization import localization_without_request
from mizan_htmx.rendering.partials import find, load_near
from mizan_htmx.setup.registry import registry

SALT = "mizan_htmx.channel"
PLACES = ("beforeend", "afterbegin", "beforebegin", "afterend", "innerHTML", "outerHTML")


@with_config(ConfigDict(extra="forbid"))
class _Place(LocalizationPayload, total=False):
    """What a page has that pushed messages have not; ``engine`` names its template engine."""

    engine: str


# What a token holds: the channel and the partial's reference, and what is otherwise on its page.
_CONTENT: TypeAdapter[tuple[str, str] | tuple[str, str, _Place]] = TypeAdapter(
    tuple[str, str] | tuple[str, str, _Place]
)


def sign(channel: str, reference: str, localization: Localization = PLAIN, engine: str = "") -> str:
    """Allow pages to have messages of a channel rendered with a partial, ``template.html#name``."""
    content: list[Any] = [channel, reference]
    if localization or engine:
        content.append({**localization.payload, **({"engine": engine} if engine else {})})
    return signing.Signer(salt=SALT).sign_object(content)


def read(token: str, channel: str) -> str:
    """Give the partial's reference; raise BadSignature for a token that this site did not sign for it."""
    return _read(token, channel)[0]


def _read(token: str, channel: str) -> tuple[str, _Place]:
    try:
        signed_for, reference, *place = _CONTENT.validate_python(
            signing.Signer(salt=SALT).unsign_object(token)
        )
    except (ValidationError, ValueError) as error:  # signed, by another release of this site
        raise signing.BadSignature(f"{token!r} names no partial.") from error
    if signed_for != channel:
        raise signing.BadSignature(f"{token!r} was signed for the channel {signed_for!r}, not {channel!r}.")
    return reference, place[0] if place else {}


def render(
    token: str, channel: str, params: Mapping[str, Any], message_type: str, payload: Mapping[str, Any]
) -> str:
    """Render a message with the partial that ``token`` allows; ``params`` and ``payload`` are JSON values.

    Raises BadSignature, and whatever the template does.
    """
    reference, place = _read(token, channel)
    cls: type[Channel] = registry.channels[channel]
    models = {model.__name__: model for model in message_classes(cls)}
    # As JSON, so that a strict model takes back the dates that it has written.
    message = models[message_type].model_validate_json(json.dumps(payload))
    known = {"message": message, "params": read_params(cls, params), "channel": channel}
    template = _template(reference, place.get("engine", ""))
    with Localization.from_payload(place).spoken():
        html: str = template.render(known)
    return html.strip()


def _template(reference: str, engine: str) -> Any:
    """Find a template of any engine by its reference; raise TemplateDoesNotExist."""
    try:
        found: Any = find(reference, engine)
        return Template(*found)
    except TemplateDoesNotExist:
        if engine:
            raise
        return get_template(reference)  # by an engine that is not Django's own


def meaning(channel: str, params: Mapping[str, Any]) -> str:
    """Write parameters as the channel understands them: equal for all that a partial can't tell apart."""
    valid = read_params(registry.channels[channel], params)
    return "" if valid is None else valid.model_dump_json()


def channel_element(
    name: str,
    params: Mapping[str, object],
    *,
    partial: str | None,
    target: str | None,
    place: str,
    engine: Engine | None = None,
) -> SafeString:
    """Write the element that subscribes a page as long as it is in it; raise ValueError for what can't be."""
    attributes = {"data-mizan-channel": name, "data-mizan-params": _written("mizan_channel", name, params)}
    if (partial is None) != (target is None):
        raise ValueError(
            f"{{% mizan_channel {name!r} %}} needs both partial= and target=, or neither:"
            " what to render, and where it goes."
        )
    if partial is not None and target is not None:
        if place not in PLACES:
            raise ValueError(
                f"{{% mizan_channel {name!r} %}}: swap={place!r} is no place. {', '.join(PLACES)} are."
            )
        engine_name = _engine_name(partial, engine)
        _template(partial, engine_name)
        attributes["data-mizan-partial"] = sign(name, partial, localization_without_request(), engine_name)
        attributes["data-mizan-target"] = target
        attributes["data-mizan-place"] = place
    return format_html("<template{}></template>", format_html_join("", ' {}="{}"', attributes.items()))


def _engine_name(partial: str, engine: Engine | None) -> str:
    try:
        return load_near(partial, engine)[1] if engine is not None else ""
    except TemplateDoesNotExist:  # in an engine that is not Django's own, if anywhere
        return ""


def send_attributes(name: str, params: Mapping[str, object]) -> SafeString:
    """Write the attributes of a form that is sent to a channel; raise ValueError for what can't be."""
    attributes = {"mizan-send": name, "data-mizan-params": _written("mizan_send", name, params)}
    if registry.channels[name].ReactMessage is None:
        raise ValueError(
            f"{{% mizan_send {name!r} %}}: channel {name!r} does not accept messages."
            " Declare what it takes, as 'class ReactMessage(BaseModel)'."
        )
    return format_html_join(" ", '{}="{}"', attributes.items())


def _written(tag: str, name: str, params: Mapping[str, object]) -> str:
    """Write parameters as JSON, as the server writes the ones that come back; raise ValueError."""
    cls: type[Channel] | None = registry.channels.get(name)
    if cls is None:
        raise ValueError(
            f"Unknown channel {name!r} in {{% {tag} %}}. {suggest(name, registry.channels, what='channels')}"
        )
    fields = {} if cls.Params is None else cls.Params.model_fields
    for param in params:
        if param not in fields:
            hint = suggest(param, fields, what="parameters")
            raise ValueError(f"Channel {name!r} has no parameter {param!r} in {{% {tag} %}}. {hint}")
    given = {param: plain(value) for param, value in params.items() if value is not None}
    missing = sorted(each for each, field in fields.items() if field.is_required() and each not in given)
    if missing:
        raise ValueError(
            f"{{% {tag} %}} with channel {name!r} needs {', '.join(missing)}."
            f" Known parameters: {', '.join(sorted(fields))}."
        )
    try:
        valid = read_params(cls, given)
    except ValidationFailed as error:
        raise ValueError(f"{{% {tag} {name!r} %}} got parameters that do not fit: {error.reasons}") from None
    return json.dumps(_plain(valid), sort_keys=True)


def _plain(params: BaseModel | None) -> dict[str, Any]:
    return {} if params is None else params.model_dump(mode="json")

"""Channels in templates: the HTML of the template tags, and pushed messages rendered as HTML.

A page names the partial for its messages by a signed token. The token also has the channel, and the language
and time zone of the page if they differ from those of the site. A message is rendered once for all pages with
equal tokens, without a request: the partial gets ``message``, ``params`` and ``channel``, but no ``user``.
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
    """The localization of a page, and the name of its template engine."""

    engine: str


# What a token holds: the channel, the partial's reference, and how the page differs from the site.
_CONTENT: TypeAdapter[tuple[str, str] | tuple[str, str, _Place]] = TypeAdapter(
    tuple[str, str] | tuple[str, str, _Place]
)


def sign(channel: str, reference: str, localization: Localization = PLAIN, engine: str = "") -> str:
    """Return the token that allows a partial, ``template.html#name``, for a channel."""
    content: list[Any] = [channel, reference]
    if localization or engine:
        content.append({**localization.payload, **({"engine": engine} if engine else {})})
    return signing.Signer(salt=SALT).sign_object(content)


def partial_of(token: str, channel: str) -> str:
    """Return the partial that a token names; raise BadSignature unless it was signed for the channel."""
    return _unsign(token, channel)[0]


def _unsign(token: str, channel: str) -> tuple[str, _Place]:
    try:
        signed_for, reference, *place = _CONTENT.validate_python(
            signing.Signer(salt=SALT).unsign_object(token)
        )
    except (ValidationError, ValueError) as error:  # signed, by another release of this site
        raise signing.BadSignature(f"{token!r} does not name a partial.") from error
    if signed_for != channel:
        raise signing.BadSignature(f"{token!r} was signed for the channel {signed_for!r}, not {channel!r}.")
    return reference, place[0] if place else {}


def render(
    token: str, channel: str, params: Mapping[str, Any], message_type: str, payload: Mapping[str, Any]
) -> str:
    """Return a message as HTML, by the partial of ``token``; ``params`` and ``payload`` are JSON values.

    Raise BadSignature, and whatever the template raises.
    """
    reference, place = _unsign(token, channel)
    cls: type[Channel] = registry.channels[channel]
    models = {model.__name__: model for model in message_classes(cls)}
    # From JSON, because a strict model accepts its own dates only in that form.
    message = models[message_type].model_validate_json(json.dumps(payload))
    context = {"message": message, "params": read_params(cls, params), "channel": channel}
    template = _template(reference, place.get("engine", ""))
    with Localization.from_payload(place).activated():
        html: str = template.render(context)
    return html.strip()


def _template(reference: str, engine: str) -> Any:
    """Return a template of any engine; raise TemplateDoesNotExist."""
    try:
        found: Any = find(reference, engine)
        return Template(*found)
    except TemplateDoesNotExist:
        if engine:
            raise
        return get_template(reference)  # of an engine other than Django's


def canonical_params(channel: str, params: Mapping[str, Any]) -> str:
    """Return validated parameters as JSON: equal for all spellings that are equal to the channel."""
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
    """Return the element that subscribes a page; raise ValueError for invalid arguments."""
    attributes = {
        "data-mizan-channel": name,
        "data-mizan-params": _params_json("mizan_channel", name, params),
    }
    if (partial is None) != (target is None):
        raise ValueError(
            f"{{% mizan_channel {name!r} %}} needs both partial= and target=, or neither:"
            " what to render, and where to insert it."
        )
    if partial is not None and target is not None:
        if place not in PLACES:
            raise ValueError(
                f"{{% mizan_channel {name!r} %}}: swap={place!r} is unknown. Use one of: {', '.join(PLACES)}."
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
    except TemplateDoesNotExist:  # of an engine other than Django's, if it exists
        return ""


def send_attributes(name: str, params: Mapping[str, object]) -> SafeString:
    """Return the attributes of a form that is sent to a channel; raise ValueError for invalid arguments."""
    attributes = {"mizan-send": name, "data-mizan-params": _params_json("mizan_send", name, params)}
    if registry.channels[name].ReactMessage is None:
        raise ValueError(
            f"{{% mizan_send {name!r} %}}: channel {name!r} does not accept messages."
            " Declare what it takes, as 'class ReactMessage(BaseModel)'."
        )
    return format_html_join(" ", '{}="{}"', attributes.items())


def _params_json(tag: str, name: str, params: Mapping[str, object]) -> str:
    """Return parameters as JSON, as answers repeat them; raise ValueError if they are invalid."""
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
        raise ValueError(f"{{% {tag} {name!r} %}} got invalid parameters: {error.reasons}") from None
    return json.dumps(_json_values(valid), sort_keys=True)


def _json_values(params: BaseModel | None) -> dict[str, Any]:
    return {} if params is None else params.model_dump(mode="json")

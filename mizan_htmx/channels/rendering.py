"""Channels in a page: what the template tags write, and pushed messages as HTML.

Which partial a page may have rendered travels signed, together with the channel it is for. It is rendered
for everybody at once, without a request: it knows ``message``, ``params`` and ``channel``, and no ``user``.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pydantic import BaseModel, TypeAdapter, ValidationError

from mizan_htmx.channels.channel import Channel, message_classes, read_params
from mizan_htmx.errors import ValidationFailed, suggest
from mizan_htmx.readings import plain
from mizan_htmx.setup.registry import registry

SALT = "mizan_htmx.channel"
PLACES = ("beforeend", "afterbegin", "beforebegin", "afterend", "innerHTML", "outerHTML")

# What a token holds: the channel and the partial's reference.
_CONTENT = TypeAdapter(tuple[str, str])


def sign(channel: str, reference: str) -> str:
    """Allow pages to have messages of a channel rendered with a partial, ``template.html#name``."""
    return signing.Signer(salt=SALT).sign_object([channel, reference])


def read(token: str, channel: str) -> str:
    """Give the partial's reference; raise BadSignature for a token that this site did not sign for it."""
    try:
        signed_for, reference = _CONTENT.validate_python(signing.Signer(salt=SALT).unsign_object(token))
    except (ValidationError, ValueError) as error:  # signed, by another release of this site
        raise signing.BadSignature(f"{token!r} names no partial.") from error
    if signed_for != channel:
        raise signing.BadSignature(f"{token!r} was signed for the channel {signed_for!r}, not {channel!r}.")
    return reference


def render(
    token: str, channel: str, params: Mapping[str, Any], message_type: str, payload: Mapping[str, Any]
) -> str:
    """Render a message with the partial that ``token`` allows; ``params`` and ``payload`` are JSON values.

    Raises BadSignature, and whatever the template does.
    """
    reference = read(token, channel)
    cls: type[Channel] = registry.channels[channel]
    models = {model.__name__: model for model in message_classes(cls)}
    # As JSON, so that a strict model takes back the dates that it has written.
    message = models[message_type].model_validate_json(json.dumps(payload))
    known = {"message": message, "params": read_params(cls, params), "channel": channel}
    return get_template(reference).render(known).strip()


def meaning(channel: str, params: Mapping[str, Any]) -> str:
    """Write parameters as the channel understands them: equal for all that a partial can't tell apart."""
    valid = read_params(registry.channels[channel], params)
    return "" if valid is None else valid.model_dump_json()


def channel_element(
    name: str, params: Mapping[str, object], *, partial: str | None, target: str | None, place: str
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
        get_template(partial)
        attributes["data-mizan-partial"] = sign(name, partial)
        attributes["data-mizan-target"] = target
        attributes["data-mizan-place"] = place
    return format_html("<template{}></template>", format_html_join("", ' {}="{}"', attributes.items()))


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
        raise ValueError(f"{{% {tag} {name!r} %}} got parameters that do not fit: {error.fields}") from None
    return json.dumps(_plain(valid), sort_keys=True)


def _plain(params: BaseModel | None) -> dict[str, Any]:
    return {} if params is None else params.model_dump(mode="json")

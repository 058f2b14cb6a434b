"""The template tags ``mizan_context``, ``mizan_scripts``, ``mizan_call``, …, which wrap plain functions."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context, TemplateSyntaxError
from django.utils.safestring import SafeString

from mizan_htmx.blocks.element.root_element import mizan_attributes
from mizan_htmx.blocks.error_messages import SLOT
from mizan_htmx.blocks.fallbacks import gone, placeholder, refused
from mizan_htmx.blocks.scripts import call_attributes, scripts
from mizan_htmx.blocks.tag.nodes import as_syntax_errors, mizan_context, request_of
from mizan_htmx.forms import rendering as forms
from mizan_htmx.html import named_id

register = template.Library()

register.tag("mizan_context", mizan_context)
register.tag("placeholder", placeholder)
register.tag("mizan_attributes", mizan_attributes)
register.tag("refused", refused)
register.tag("gone", gone)


@register.simple_tag(takes_context=True)
def mizan_scripts(
    context: Context, htmx: int | str | None = 2, debug: bool | None = None, defer: bool = True
) -> SafeString:
    """Render the script tags: htmx (2, 4 or a static file; ``None`` if the page has its own) and the shim.

    ``debug=True`` adds the overlay that shows why something refreshed; ``False`` omits it under ``DEBUG``.
    ``defer=False`` runs each script where its tag is.
    """
    request, nonce = request_of(context, "mizan_scripts"), context.get("csp_nonce")
    with as_syntax_errors():
        return scripts(request, htmx=htmx, nonce=nonce, debug=debug, defer=defer)


@register.simple_tag(takes_context=True)
def mizan_call(context: Context, name: str, /, **arguments: object) -> SafeString:
    """Render the attributes that call a mutation: ``<button {% mizan_call "rename" user_id=5 %}>``."""
    request = getattr(context, "request", None) or context.get("request")
    with as_syntax_errors():
        return call_attributes(name, arguments, request if isinstance(request, HttpRequest) else None)


@register.simple_tag
def mizan_errors() -> SafeString:
    """Render the element for error messages of the form, or element, around it."""
    return SLOT


@register.simple_tag(takes_context=True)
def mizan_channel(
    context: Context,
    name: str,
    /,
    partial: str | None = None,
    target: str | None = None,
    swap: str = "beforeend",
    **params: object,
) -> SafeString:
    """Subscribe the page to a channel: ``{% mizan_channel "chat" room=board.slug %}``.

    ``partial="board.html#message" target="#messages"`` inserts each message there, rendered by that partial.
    """
    _need_channels("mizan_channel")
    from mizan_htmx.channels import templates as rendering  # noqa: PLC0415 - channels is optional

    engine = None if context.template is None else context.template.engine
    with as_syntax_errors():
        return rendering.channel_element(
            name, params, partial=partial, target=target, place=swap, engine=engine
        )


@register.simple_tag
def mizan_send(name: str, /, **params: object) -> SafeString:
    """Render the attributes of a form for a channel: ``<form {% mizan_send "chat" room="a" %}>``."""
    _need_channels("mizan_send")
    from mizan_htmx.channels import templates as rendering  # noqa: PLC0415 - channels is optional

    with as_syntax_errors():
        return rendering.send_attributes(name, params)


def _need_channels(tag: str) -> None:
    # The package is optional, so it can't be imported at the top of the module.
    if find_spec("channels") is None:
        raise TemplateSyntaxError(
            f"{{% {tag} %}} needs the package 'channels': pip install 'mizan_htmx[channels]'."
        )


@register.simple_tag(takes_context=True)
def mizan_form(context: Context, form: object, /, **params: object) -> SafeString:
    """Render a form by name or an instance: ``{% mizan_form "contact" %}``, ``{% mizan_form form %}``.

    Keywords are query parameters, which ``get_init_kwargs`` finds in ``request.GET``.
    """
    return _render_form(context, form, params, forms.render_form, kind="form")


@register.simple_tag(takes_context=True)
def mizan_formset(context: Context, form: object, /, **params: object) -> SafeString:
    """Render a form's formset by the form's name, or an instance: ``{% mizan_formset "contact" %}``."""
    return _render_form(context, form, params, forms.render_formset, kind="formset")


def _render_form(
    context: Context, form: Any, params: Mapping[str, object], render: Callable[..., SafeString], *, kind: str
) -> SafeString:
    request = request_of(context, f"mizan_{kind}")
    with as_syntax_errors():
        cls = forms.find_form(form) if isinstance(form, str) else forms.class_of(form)
        name = f"mizan-{kind}-{cls.mizan.name.replace('.', '-')}"
        form_id = named_id(request, name, params, parent=getattr(context, "block_id", ""))
        bound = None if isinstance(form, str) else form
        return render(cls, forms.with_query(request, params), bound=bound, form_id=form_id)

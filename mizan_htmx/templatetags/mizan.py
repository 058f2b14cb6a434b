"""The template tags: ``mizan_context``, ``mizan_scripts``, ``mizan_call``, … Skins over plain functions."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.template import Context, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.loader_tags import BlockNode as ExtendsBlock
from django.utils.safestring import SafeString

from mizan_htmx import blocks, page
from mizan_htmx.forms import rendering as forms
from mizan_htmx.ids import named_id
from mizan_htmx.partials import Partial, define, load
from mizan_htmx.readings import plain
from mizan_htmx.setup.registry import registry

register = template.Library()

END = "endmizan_context"
ATTRIBUTES = ("tag", "class", "id", "swap", "partial")
_KEYWORD = re.compile(r"([^\W\d][\w.-]*)=(.+)", re.ASCII)

Expressions = Mapping[str, FilterExpression]


@dataclass(frozen=True, slots=True)
class Binding:
    """What stands in a ``{% mizan_context %}`` tag, compiled but not resolved."""

    contexts: tuple[FilterExpression, ...]
    params: Expressions
    variables: Expressions
    attributes: Expressions
    name: str | None


@register.tag("mizan_context")
def mizan_context(parser: Parser, token: Token) -> Node:
    """Bind a part of a template to contexts: ``{% mizan_context "user" user_id=5 %}…{% endmizan_context %}``.

    ``with compact=True`` passes scalars in; ``tag``, ``class``, ``id``, ``swap`` describe the wrapper;
    ``partial="profile.html#card"`` takes the content from there; ``as card`` names the block's own partial.
    """
    binding = _parse(parser, token)
    nodelist = parser.parse((END,))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(ExtendsBlock):
        raise TemplateSyntaxError(
            "A {% block %} inside {% mizan_context %} could not be overridden when it refreshes alone."
            " Put the {% mizan_context %} inside the {% block %}."
        )
    if _takes_content_from_elsewhere(binding):
        return ContextNode(binding, nodelist)
    if parser.origin is None or parser.origin.template_name is None:
        raise TemplateSyntaxError(
            "{% mizan_context %} stands in a template made from a string, which can't be found again to"
            " refresh it. Put it into a file, or take the content from one: partial='file.html#name'."
        )
    name = binding.name or _automatic_name(parser, token)
    define(parser, name, nodelist)
    reference = f"{parser.origin.template_name!s}#{name}"
    return ContextNode(binding, nodelist, reference=reference, partials=parser.extra_data["partials"])


def _takes_content_from_elsewhere(binding: Binding) -> bool:
    """Tell ``partial="file.html#name"`` from a context's own parameter of that name."""
    if "partial" not in binding.attributes:
        return False
    groups = registry.graph.groups
    names = [each.var for each in binding.contexts]
    return not any(
        name in groups and "partial" in groups[name].params for name in names if isinstance(name, str)
    )


def _parse(parser: Parser, token: Token) -> Binding:
    bits = token.split_contents()[1:]
    name = None
    if len(bits) > 2 and bits[-2] == "as":
        name = bits.pop()
        bits.pop()
        if not re.fullmatch(r"[\w-]+", name):
            raise TemplateSyntaxError(f"A block can't be called {name!r}: letters, digits, '_' and '-'.")
    contexts: list[FilterExpression] = []
    params: dict[str, FilterExpression] = {}
    variables: dict[str, FilterExpression] = {}
    attributes: dict[str, FilterExpression] = {}
    target = params
    for bit in bits:
        match = _KEYWORD.fullmatch(bit)
        if bit == "with" and target is params:
            target = variables
        elif match is None and not params and target is params:
            contexts.append(parser.compile_filter(bit))
        elif match is None:
            raise TemplateSyntaxError(
                f"{{% mizan_context %}} does not understand {str(bit)!r}. Write name=value."
            )
        else:
            own = attributes if match[1] in ATTRIBUTES else target
            own[match[1]] = parser.compile_filter(match[2])
    if not contexts:
        raise TemplateSyntaxError(
            '{% mizan_context %} needs a context: {% mizan_context "user" user_id=5 %}.'
        )
    binding = Binding(tuple(contexts), params, variables, attributes, name)
    _check_early(binding)
    return binding


def _check_early(binding: Binding) -> None:
    """Find a misspelt context or parameter when the template is compiled, where its names are written out."""
    names = [each.var for each in binding.contexts if isinstance(each.var, str) and not each.filters]
    if len(names) == len(binding.contexts):
        with _as_syntax_errors():
            groups = blocks.find_groups(names)
            blocks.check_names(groups, blocks.bound_names(groups, binding.params, binding.attributes))


@contextmanager
def _as_syntax_errors() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise TemplateSyntaxError(str(error)) from error


def _automatic_name(parser: Parser, token: Token) -> str:
    """Name a block after its tag, so that pages from before a deployment still find it where it moved to."""
    digest = hashlib.sha1(token.contents.encode(), usedforsecurity=False).hexdigest()[:8]
    taken = parser.extra_data.get("partials", {})
    names: Iterator[str] = (f"mizan-{digest}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


class ContextNode(Node):
    """A block in a template: its own content, or by ``reference`` that of a partial elsewhere."""

    def __init__(
        self,
        binding: Binding,
        nodelist: NodeList,
        *,
        reference: str = "",
        partials: Mapping[str, object] | None = None,
    ) -> None:
        self.binding = binding
        self.nodelist = nodelist
        self.reference = reference
        self.partials = partials or {}
        self.partial = cast("Partial", self.partials.get(reference.partition("#")[2]))

    def render(self, context: Context) -> SafeString:
        """Render the block with what the tag's expressions resolve to here."""
        request = _request(context)
        binding = self.binding
        attributes = {name: each.resolve(context) for name, each in binding.attributes.items()}
        variables = {name: each.resolve(context) for name, each in binding.variables.items()}
        with _as_syntax_errors():
            block = blocks.make(
                self.reference or str(attributes.get("partial")),
                contexts=[str(each.resolve(context)) for each in binding.contexts],
                params={name: each.resolve(context) for name, each in binding.params.items()},
                variables={name: _scalar(name, value) for name, value in variables.items()},
                attributes=attributes,
                request=request,
                parent=getattr(context, "block_id", ""),
            )
        if not self.reference:
            return blocks.render(block, load(block.partial), request)
        self._check_partial()
        assert context.template is not None
        self.partial.engine = context.template.engine  # as the loader sets it
        return blocks.render(block, self.partial, request)

    def _check_partial(self) -> None:
        name = self.reference.partition("#")[2]
        if self.partials.get(name) is not self.partial:
            raise TemplateSyntaxError(
                f"A {{% partialdef {name} %}} took the name of a block. Give one of them another name."
            )


def _request(context: Context, tag: str = "mizan_context") -> HttpRequest:
    request = getattr(context, "request", None) or context.get("request")
    if not isinstance(request, HttpRequest):
        raise TemplateSyntaxError(f"{{% {tag} %}} needs the request. Render with render(request, …).")
    return request


def _scalar(name: str, value: object) -> blocks.Variable:
    value = plain(value)
    if value is None or isinstance(value, bool):
        return value
    # Subclasses carry what is lost on the way through the URL: a SafeString its safety, an enum its label.
    if isinstance(value, str):
        return value + ""
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    raise TemplateSyntaxError(
        f"{{% mizan_context … with {name}=… %}} got {value!r}, which can't travel in a URL."
        " Pass a string, number or truth value; what is larger belongs to a reader."
    )


@register.simple_tag(takes_context=True)
def mizan_scripts(context: Context, htmx: int | None = 2, debug: bool | None = None) -> SafeString:
    """Write the script tags: htmx (version 2 or 4; ``None`` where the page has its own) and the shim.

    ``debug=True`` adds the overlay that tells why something refreshed; ``False`` leaves it out under DEBUG.
    """
    request, nonce = _request(context, "mizan_scripts"), context.get("csp_nonce")
    with _as_syntax_errors():
        return page.scripts(request, htmx=htmx, nonce=nonce, debug=debug)


@register.simple_tag
def mizan_call(name: str, /, **arguments: object) -> SafeString:
    """Write the attributes that call a mutation: ``<button {% mizan_call "rename" user_id=5 %}>``."""
    with _as_syntax_errors():
        return page.call_attributes(name, arguments)


@register.simple_tag
def mizan_channel(
    name: str,
    /,
    partial: str | None = None,
    target: str | None = None,
    swap: str = "beforeend",
    **params: object,
) -> SafeString:
    """Subscribe the page to a channel: ``{% mizan_channel "chat" room=board.slug %}``.

    ``partial="board.html#message" target="#messages"`` puts each message there, rendered with that partial.
    """
    _need_channels("mizan_channel")
    from mizan_htmx.channels import rendering

    with _as_syntax_errors():
        return rendering.channel_element(name, params, partial=partial, target=target, place=swap)


@register.simple_tag
def mizan_send(name: str, /, **params: object) -> SafeString:
    """Write the attributes of a form that a channel takes: ``<form {% mizan_send "chat" room="a" %}>``."""
    _need_channels("mizan_send")
    from mizan_htmx.channels import rendering

    with _as_syntax_errors():
        return rendering.send_attributes(name, params)


def _need_channels(tag: str) -> None:
    # The room behind this is optional, and can't be imported at the top.
    if find_spec("channels") is None:
        raise TemplateSyntaxError(
            f"{{% {tag} %}} needs the package 'channels': pip install 'mizan_htmx[channels]'."
        )


@register.simple_tag(takes_context=True)
def mizan_form(context: Context, form: object, /, **params: object) -> SafeString:
    """Render a form by name or an instance: ``{% mizan_form "contact" %}``, ``{% mizan_form form %}``.

    Keywords are its query parameters, which its ``get_init_kwargs`` finds in ``request.GET``.
    """
    return _render_form(context, form, params, forms.render_form, kind="form")


@register.simple_tag(takes_context=True)
def mizan_formset(context: Context, form: object, /, **params: object) -> SafeString:
    """Render a form's formset by the form's name, or an instance: ``{% mizan_formset "contact" %}``."""
    return _render_form(context, form, params, forms.render_formset, kind="formset")


def _render_form(
    context: Context, form: Any, params: Mapping[str, object], render: Callable[..., SafeString], *, kind: str
) -> SafeString:
    request = _request(context, f"mizan_{kind}")
    with _as_syntax_errors():
        cls = forms.find_form(form) if isinstance(form, str) else forms.class_of(form)
        name = f"mizan-{kind}-{cls.mizan.name.replace('.', '-')}"
        form_id = named_id(request, name, params, parent=getattr(context, "block_id", ""))
        bound = None if isinstance(form, str) else form
        return render(cls, forms.with_query(request, params), bound=bound, form_id=form_id)

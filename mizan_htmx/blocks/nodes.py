"""The tags ``{% mizan_context %}`` and ``{% placeholder %}``: compilation and rendering."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.template import Context, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.loader_tags import BlockNode as ExtendsBlock
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.binding import ATTRIBUTES, bound_names, check_names, find_groups
from mizan_htmx.blocks.block import Block, Variable, make
from mizan_htmx.blocks.enclosing_tags import check_enclosing_nodes, enclosing_tags
from mizan_htmx.blocks.rendering import render, render_lazy
from mizan_htmx.blocks.root_element import BlockNode, check_element, find_root
from mizan_htmx.blocks.source import BlockNodes, Source, with_tag
from mizan_htmx.blocks.tag_attributes import AttributeParser, TagAttributes, check_once, element_of
from mizan_htmx.caching.anonymous import are_public
from mizan_htmx.declarations.graph import Group
from mizan_htmx.html import plain
from mizan_htmx.internals import open_tag_names, partials_in
from mizan_htmx.localization import Locale, current_locale
from mizan_htmx.rendering.page_localization import localization_in
from mizan_htmx.rendering.partials import Partial, define, engine_name, load_near, unnamed_partial
from mizan_htmx.setup.registry import registry

END = "endmizan_context"
_KEYWORD = re.compile(r"([^\W\d][\w.-]*)=(.+)", re.ASCII)

Expressions = Mapping[str, FilterExpression]


@dataclass(frozen=True, slots=True)
class Binding:
    """The arguments of a ``{% mizan_context %}`` tag, compiled but not resolved.

    ``literals`` are the contexts if all are string literals; ``tags`` names the tags around it.
    ``wrapper`` are the attributes of the wrapper that a refresh finds in the template, ``candidates`` those
    of them that may be parameters of contexts which are known only when the block renders.
    """

    contexts: tuple[FilterExpression, ...]
    params: Expressions
    variables: Expressions
    attributes: Expressions
    name: str | None
    literals: tuple[str, ...] | None
    tags: frozenset[str]
    wrapper: TagAttributes
    candidates: Expressions


def mizan_context(parser: Parser, token: Token) -> Node:
    """Bind a part of a template to contexts: ``{% mizan_context "user" user_id=5 %}…{% endmizan_context %}``.

    ``with compact=True`` passes scalars; ``tag``, ``class``, ``id`` and ``swap`` describe the wrapper, which
    has other attributes of the tag as they are (``data-name=user_profile.name``);
    ``partial="profile.html#card"`` renders that partial; ``as card`` names the block's own partial; ``lazy``
    loads the block when it comes into view; ``poll=30`` refreshes it every 30 seconds; ``announce="…"`` is
    read out after a refresh.
    """
    binding = _parse(parser, token)
    nodelist = parser.parse((END,))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(ExtendsBlock):
        raise TemplateSyntaxError(
            "A {% block %} inside {% mizan_context %} could not be overridden when the block refreshes alone."
            " Put the {% mizan_context %} inside the {% block %}."
        )
    if _has_content_elsewhere(binding):
        tag = _define_tag(parser, token, binding) if binding.wrapper else ""
        return ContextNode(binding, nodelist, placeholder=_placeholder_in(nodelist), tag=tag)
    if parser.origin is None or parser.origin.template_name is None:
        raise TemplateSyntaxError(
            "{% mizan_context %} is in a template made from a string, which a refresh can't load."
            " Put it into a file, or take the content from one: partial='file.html#name'."
        )
    root = find_root(nodelist)
    if root is not None:
        groups = _groups_of(binding.literals)
        options = binding.attributes.keys() - bound_names(groups, (), binding.attributes) if groups else set()
        check_element(root, {*binding.wrapper.names, *(options & {"class", "tag"})})
    name = binding.name or _automatic_name(parser, token)
    define(parser, name, BlockNodes(nodelist, Source(binding.wrapper, root)))
    return ContextNode(
        binding,
        nodelist,
        placeholder=_placeholder_in(nodelist),
        reference=f"{parser.origin.template_name!s}#{name}",
        partials=partials_in(parser),
    )


def _define_tag(parser: Parser, token: Token, binding: Binding) -> str:
    """Make a partial of a tag whose content is elsewhere, so that a refresh finds its attributes."""
    if parser.origin is None or parser.origin.template_name is None:
        raise TemplateSyntaxError(
            f"{{% mizan_context %}} with {binding.wrapper.names[0]!r} is in a template made from a string,"
            " where a refresh can't find it. Put the tag into a file, or write the attribute in the partial,"
            " on an element that has {% mizan_attributes %}."
        )
    name = _automatic_name(parser, token)
    define(parser, name, BlockNodes((), Source(binding.wrapper)))
    return f"{parser.origin.template_name!s}#{name}"


def placeholder(parser: Parser, token: Token) -> Node:
    """Show this until a lazy block is loaded: ``{% placeholder %}…{% endplaceholder %}``."""
    if len(token.split_contents()) > 1:
        raise TemplateSyntaxError(f"{{% placeholder %}} takes no arguments, but has {token.contents!r}.")
    around = next(iter(open_tag_names(parser)[-2:-1]), None)
    if around != "mizan_context":
        raise TemplateSyntaxError(
            "{% placeholder %} must be directly inside {% mizan_context %}"
            + (f", not in {{% {around} %}}." if around else ".")
        )
    nodelist = parser.parse(("endplaceholder",))
    parser.delete_first_token()
    return PlaceholderNode(nodelist, unnamed_partial(parser, nodelist, "placeholder"))


class PlaceholderNode(Node):
    """The content of a lazy block until it is loaded."""

    def __init__(self, nodelist: NodeList, partial: Partial) -> None:
        self.nodelist = nodelist
        self.partial = partial

    def render(self, context: Context) -> SafeString:
        """Render nothing, because the block itself is being rendered."""
        return mark_safe("")


def _placeholder_in(nodelist: NodeList) -> Partial | None:
    found = [node for node in nodelist if isinstance(node, PlaceholderNode)]
    if len(found) > 1:
        raise TemplateSyntaxError("A {% mizan_context %} has more than one {% placeholder %}. Keep one.")
    return found[0].partial if found else None


def _has_content_elsewhere(binding: Binding) -> bool:
    """Return whether the tag has ``partial="file.html#name"``, and not a context's parameter of that name."""
    if "partial" not in binding.attributes:
        return False
    groups = registry.graph.groups
    names = [each.var for each in binding.contexts]
    return not any(
        name in groups and "partial" in groups[name].params for name in names if isinstance(name, str)
    )


def _parse(parser: Parser, token: Token) -> Binding:
    tags = enclosing_tags(parser)
    bits = token.split_contents()[1:]
    name = None
    if len(bits) > 2 and bits[-2] == "as":
        name = bits.pop()
        bits.pop()
        if not re.fullmatch(r"[\w-]+", name):
            raise TemplateSyntaxError(f"A block can't be called {name!r}. Use letters, digits, '_' and '-'.")
    contexts: list[FilterExpression] = []
    params: dict[str, FilterExpression] = {}
    variables: dict[str, FilterExpression] = {}
    attributes: dict[str, FilterExpression] = {}
    target = params
    found = AttributeParser(parser, element_of(bits))
    for bit in bits:
        match = _KEYWORD.fullmatch(bit)
        if bit == "with" and target is params:
            target = variables
        elif bit == "lazy":
            attributes["lazy"] = parser.compile_filter("True")
        elif match and match[1] in ATTRIBUTES:
            if match[1] in ("class", "id"):
                check_once(match[1], attributes)
            attributes[match[1]] = parser.compile_filter(match[2])
        elif found.take(bit, may_be_plain=target is params, may_be_context=not contexts):
            continue
        elif match is None and not params and target is params:
            contexts.append(parser.compile_filter(bit))
        elif match is None:
            raise TemplateSyntaxError(
                f"Unknown argument {str(bit)!r} in {{% mizan_context %}}. Write name=value, or the word lazy."
            )
        else:
            target[match[1]] = parser.compile_filter(match[2])
    if not contexts:
        raise TemplateSyntaxError(
            '{% mizan_context %} needs a context: {% mizan_context "user" user_id=5 %}.'
        )
    literals = _literals(contexts)
    wrapper, candidates = found.compiled(_groups_of(literals))
    if literals is not None:
        params.update(candidates)
        candidates = {}
    parts = tuple(contexts), params, variables, attributes
    binding = Binding(*parts, name, literals, tags, wrapper, candidates)
    _check_early(binding)
    return binding


def _groups_of(literals: tuple[str, ...] | None) -> tuple[Group, ...] | None:
    if literals is None:
        return None
    with as_syntax_errors():
        return find_groups(literals)


def _literals(contexts: list[FilterExpression]) -> tuple[str, ...] | None:
    names = [str(each.var) for each in contexts if isinstance(each.var, str) and not each.filters]
    return tuple(dict.fromkeys(names)) if len(names) == len(contexts) else None


def _check_early(binding: Binding) -> None:
    """Raise for a misspelt context or parameter at compile time, if the contexts are literals."""
    groups = _groups_of(binding.literals)
    if groups is not None:
        with as_syntax_errors():
            check_names(groups, bound_names(groups, binding.params, binding.attributes))


@contextmanager
def as_syntax_errors() -> Iterator[None]:
    """Raise ValueError as TemplateSyntaxError."""
    try:
        yield
    except ValueError as error:
        raise TemplateSyntaxError(str(error)) from error


def _automatic_name(parser: Parser, token: Token) -> str:
    """Return a name made of the tag's text, by which pages from before a deployment find a moved block."""
    digest = hashlib.sha1(token.contents.encode(), usedforsecurity=False).hexdigest()[:8]
    taken = partials_in(parser)
    names: Iterator[str] = (f"mizan-{digest}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


class ContextNode(BlockNode):
    """A block in a template, with its own content, the partial ``reference``, or that of another partial.

    Then ``tag`` is the partial with the attributes of its tag, if it has any.
    """

    def __init__(
        self,
        binding: Binding,
        nodelist: NodeList,
        *,
        placeholder: Partial | None,
        reference: str = "",
        partials: Mapping[str, object] | None = None,
        tag: str = "",
    ) -> None:
        self.tag = tag
        self.binding = binding
        self.nodelist = nodelist
        self.placeholder = placeholder
        self.reference = reference
        self.partials = partials or {}
        self.partial = cast("Partial", self.partials.get(reference.partition("#")[2]))

    def render(self, context: Context) -> SafeString:
        """Render the block with the resolved arguments of the tag."""
        request = request_of(context)
        check_enclosing_nodes(self)
        attributes = {name: each.resolve(context) for name, each in self.binding.attributes.items()}
        partial, reference, engine = self._content(context, attributes)
        locale = current_locale()
        block = self._block(context, request, attributes, reference, engine, locale)
        if not self.reference:
            assert context.template is not None
            engine = engine_name(context.template.engine, self.tag) if self.tag else ""
            with as_syntax_errors():
                block = with_tag(block, self.tag, engine, partial)
        if not block.lazy:
            return render(block, partial, request, locale)
        waiting = self.placeholder or _placeholder_in(partial.nodelist)
        if waiting is not None:
            waiting.engine = partial.engine
        return render_lazy(block, partial, waiting, request)

    def _content(self, context: Context, attributes: Mapping[str, object]) -> tuple[Partial, str, str]:
        assert context.template is not None
        engine = context.template.engine
        if not self.reference:
            reference = str(attributes.get("partial"))
            partial, name = load_near(reference, engine)
            return partial, reference, name
        self._check_partial()
        self.partial.engine = engine  # the loader sets it, too
        return self.partial, self.reference, engine_name(engine, self.reference)

    def _block(
        self,
        context: Context,
        request: HttpRequest,
        attributes: Mapping[str, object],
        reference: str,
        engine: str,
        locale: Locale,
    ) -> Block:
        binding = self.binding
        contexts = binding.literals or tuple(
            dict.fromkeys(str(each.resolve(context)) for each in binding.contexts)
        )
        public = are_public(contexts)
        variables = {name: each.resolve(context) for name, each in binding.variables.items()}
        given = binding.params
        if binding.candidates:
            with as_syntax_errors():
                known = bound_names(find_groups(contexts), (), binding.candidates)
            given = {**given, **{name: binding.candidates[name] for name in known}}
        try:
            return make(
                reference,
                contexts=contexts,
                params={name: each.resolve(context) for name, each in given.items()},
                variables={name: _scalar(name, value) for name, value in variables.items()},
                attributes=attributes,
                request=request,
                parent=getattr(context, "block_id", ""),
                localization=localization_in(context, request, locale, public=public, tags=binding.tags),
                engine=engine,
            )
        except ValueError as error:
            raise TemplateSyntaxError(str(error)) from error

    def _check_partial(self) -> None:
        name = self.reference.partition("#")[2]
        if self.partials.get(name) is not self.partial:
            raise TemplateSyntaxError(
                f"A {{% partialdef {name} %}} has the name of a block. Give one of them another name."
            )


def request_of(context: Context, tag: str = "mizan_context") -> HttpRequest:
    """Return the request that a template is rendered for; raise TemplateSyntaxError if there is none."""
    request = getattr(context, "request", None) or context.get("request")
    if not isinstance(request, HttpRequest):
        raise TemplateSyntaxError(f"{{% {tag} %}} needs the request. Render with render(request, …).")
    return request


def _scalar(name: str, value: object) -> Variable:
    value = plain(value)
    if value is None or isinstance(value, bool):
        return value
    # A URL loses what subclasses add: a SafeString its safety, an enum its label.
    if isinstance(value, str):
        return value + ""
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    raise TemplateSyntaxError(
        f"{{% mizan_context … with {name}=… %}} got {value!r}, which can't be part of a URL."
        " Pass a string, a number or a boolean, and let a reader return everything else."
    )

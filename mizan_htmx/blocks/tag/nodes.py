"""The tag ``{% mizan_context %}``: compilation and rendering."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.template import Context, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.loader_tags import BlockNode as ExtendsBlock
from django.utils.safestring import SafeString

from mizan_htmx.blocks.binding import ATTRIBUTES, bound_names, check_names, find_groups
from mizan_htmx.blocks.block import Block, make
from mizan_htmx.blocks.element.root_element import BlockNode, check_element, find_root
from mizan_htmx.blocks.element.tag_attributes import AttributeParser, TagAttributes, check_once, element_of
from mizan_htmx.blocks.fallbacks import FallbackNode, fallbacks_in
from mizan_htmx.blocks.from_query import check_parameters
from mizan_htmx.blocks.placement import marked, placed
from mizan_htmx.blocks.rendering import check_unrendered, render, render_lazy
from mizan_htmx.blocks.scope.page_variables import Around
from mizan_htmx.blocks.scope.passing import pass_in
from mizan_htmx.blocks.source import BlockNodes, Source, with_tag
from mizan_htmx.blocks.tag.enclosing_elements import check_enclosing_element
from mizan_htmx.blocks.tag.enclosing_tags import check_enclosing_nodes, enclosing_tags
from mizan_htmx.caching.anonymous import are_public
from mizan_htmx.conf import conf
from mizan_htmx.declarations.graph import Group
from mizan_htmx.errors import listed, suggest
from mizan_htmx.internals import partials_in
from mizan_htmx.localization import Locale, current_locale
from mizan_htmx.rendering.page_localization import localization_in
from mizan_htmx.rendering.partials import Partial, define, engine_name, load_near
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

    def literal(self, name: str) -> str | None:
        """Return the text of an attribute that is a string literal."""
        given = self.attributes.get(name)
        return None if given is None else _literal(given)

    def is_parameter(self, name: str) -> bool:
        """Return whether a context that is written out has such a parameter, which is meant then."""
        groups = registry.graph.groups
        contexts = [each.var for each in self.contexts]
        return any(
            each in groups and name in groups[each].params for each in contexts if isinstance(each, str)
        )


def mizan_context(parser: Parser, token: Token) -> Node:
    """Bind a part of a template to contexts: ``{% mizan_context "user" user_id=5 %}…{% endmizan_context %}``.

    ``with compact=True`` passes scalars; ``tag``, ``class``, ``id`` and ``swap`` describe the wrapper, which
    has other attributes of the tag as they are (``data-name=user_profile.name``);
    ``partial="profile.html#card"`` renders that partial; ``as card`` names the block's own partial; ``lazy``
    loads the block when it comes into view; ``poll=30`` refreshes it every 30 seconds; ``announce="…"`` is
    read out after a refresh; ``from_query="page"`` takes that parameter from the page's address.
    """
    binding = _parse(parser, token)
    nodelist = parser.parse((END,))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(ExtendsBlock):
        raise TemplateSyntaxError(
            "A {% block %} inside {% mizan_context %} could not be overridden when the block refreshes alone."
            " Put the {% mizan_context %} inside the {% block %}."
        )
    is_elsewhere = _has_content_elsewhere(binding)
    root = None if is_elsewhere else find_root(nodelist)
    check_enclosing_element(
        parser, token, _wrapper_tag(binding, is_elsewhere=is_elsewhere) if root is None else root.name
    )
    fallbacks = fallbacks_in(nodelist)
    placeholder = fallbacks.get("placeholder")
    if is_elsewhere:
        own = [*binding.wrapper.names, *sorted(fallbacks.keys() - {"placeholder"})]
        tag = _define_tag(parser, token, binding, nodelist, own[0]) if own else ""
        return ContextNode(binding, nodelist, placeholder=placeholder, tag=tag)
    if root is not None:
        groups = _groups_of(binding.literals)
        options = binding.attributes.keys() - bound_names(groups, (), binding.attributes) if groups else set()
        check_element(root, {*binding.wrapper.names, *(options & {"class", "tag"})})
    content = BlockNodes(nodelist, Source(binding.wrapper, root))
    reference = _define(parser, token, content, binding.name)
    partials = partials_in(parser)
    return ContextNode(binding, nodelist, placeholder=placeholder, reference=reference, partials=partials)


def _define(parser: Parser, token: Token, nodes: BlockNodes, name: str | None = None) -> str:
    """Make a partial of what is in a tag, so that a refresh finds it, and return its reference."""
    if parser.origin is None or parser.origin.template_name is None:
        raise TemplateSyntaxError(
            "{% mizan_context %} is in a template made from a string, which a refresh can't load."
            " Put it into a file, or take the content from one: partial='file.html#name'."
        )
    name = name or _automatic_name(parser, token)
    define(parser, name, nodes)
    return f"{parser.origin.template_name!s}#{name}"


def _define_tag(parser: Parser, token: Token, binding: Binding, nodelist: NodeList, own: str) -> str:
    """Make a partial of a tag whose content is elsewhere, so that a refresh finds what it has of its own."""
    if parser.origin is None or parser.origin.template_name is None:
        raise TemplateSyntaxError(
            f"{{% mizan_context %}} with {own!r} is in a template made from a string, where a refresh can't"
            " find it. Put the tag into a file, or write that in the partial: attributes on an element with"
            " {% mizan_attributes %}."
        )
    fallbacks = [node for node in nodelist if isinstance(node, FallbackNode)]
    return _define(parser, token, BlockNodes(fallbacks, Source(binding.wrapper)))


def _wrapper_tag(binding: Binding, *, is_elsewhere: bool) -> str | None:
    """Return the element of a block's wrapper; ``None`` if it is known only when the block renders."""
    if "tag" not in binding.attributes:  # what is elsewhere may have an element of its own
        return None if is_elsewhere else "div"
    is_known = binding.literals is not None and not binding.is_parameter("tag")
    return binding.literal("tag") if is_known else None


def _has_content_elsewhere(binding: Binding) -> bool:
    """Return whether the tag has ``partial="file.html#name"``, and not a context's parameter of that name."""
    return "partial" in binding.attributes and not binding.is_parameter("partial")


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
                f" {listed(ATTRIBUTES, what='options')}"
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


def _literal(expression: FilterExpression) -> str | None:
    """Return the text of a string literal; ``None`` for another expression."""
    is_literal = isinstance(expression.var, str) and not expression.filters
    return str(expression.var) if is_literal else None


def _literals(contexts: list[FilterExpression]) -> tuple[str, ...] | None:
    names = [name for name in map(_literal, contexts) if name is not None]
    return tuple(dict.fromkeys(names)) if len(names) == len(contexts) else None


def _resolved(expressions: Iterable[FilterExpression], context: Context) -> tuple[str, ...]:
    """Return the names of the contexts; a word that is no variable may be a misspelt option."""
    names: dict[str, None] = {}
    for each in expressions:
        name = each.resolve(context, ignore_failures=True)
        if name is None or name == "":
            hint = suggest(each.token, ATTRIBUTES, what="options")
            raise TemplateSyntaxError(
                f"{each.token!r} in {{% mizan_context %}} is neither an option nor a variable with the name"
                f" of a context, which is written in quotes. {hint}"
            )
        names[str(name)] = None
    return tuple(names)


def _check_early(binding: Binding) -> None:
    """Raise for a misspelt context or parameter at compile time, if the contexts are literals."""
    groups = _groups_of(binding.literals)
    if groups is not None:
        with as_syntax_errors():
            names = bound_names(groups, binding.params, binding.attributes)
            literal = binding.literal("from_query")
            if literal and "from_query" not in names:
                check_parameters(groups, literal, names)
            check_names(groups, names)


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
        show = self._render_placeholder if block.lazy else render
        if not settings.DEBUG:
            return show(block, partial, request, locale)
        with placed(block, self, context, request, own_id=attributes.get("id")) as page:
            return marked(show(block, partial, request, locale), block, page)

    def _render_placeholder(
        self, block: Block, partial: Partial, request: HttpRequest, locale: Locale
    ) -> SafeString:
        if block.around is not None:
            check_unrendered(block, partial, request, (FallbackNode, ContextNode))
        waiting = self.placeholder or fallbacks_in(partial.nodelist).get("placeholder")
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
        contexts = binding.literals or _resolved(binding.contexts, context)
        public = are_public(contexts)
        passed = binding.variables
        variables = pass_in(passed, context, contexts, request) if passed else {}
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
                variables=variables,
                attributes=attributes,
                request=request,
                parent=getattr(context, "block_id", ""),
                localization=localization_in(context, request, locale, public=public, tags=binding.tags),
                engine=engine,
                outer=getattr(context, "block", None) if "from_query" in attributes else None,
                around=Around(context, self, contexts, ATTRIBUTES) if conf.strict else None,
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

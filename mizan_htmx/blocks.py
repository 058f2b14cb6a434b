"""Blocks: parts of a template bound to contexts, rendered alone, at first and on each refresh alike."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from django.core import signing
from django.http import HttpRequest
from django.template import RequestContext
from django.template.base import Template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from pydantic import Field, TypeAdapter

from mizan_htmx.anonymous import AnonymousRequest, anonymous, as_anyone
from mizan_htmx.clock import version_of
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.graph import Group, suggest
from mizan_htmx.ids import block_id
from mizan_htmx.invalidation import Invalidation
from mizan_htmx.partials import Partial
from mizan_htmx.readings import DENIED, Readings, plain
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate

SALT = "mizan_htmx.block"
REFRESH = "mizan:refresh"
REFRESH_HEADER = "X-Mizan-Refresh"

# A refresh answers the block with its wrapper, which these would put inside or beside the old one.
_PARTIAL_SWAP = re.compile("inner|before|after|delete|textContent", re.IGNORECASE)

Contexts = Annotated[tuple[str, ...], Field(min_length=1)]
Variable = str | int | float | bool | None


# What a token holds. Another release of this site may have signed something else.
_CONTENT = TypeAdapter(tuple[str, Contexts, str, str, str, str, dict[str, Variable]])


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The element around a block."""

    tag: str = "div"
    css: str = ""
    swap: str = "outerHTML"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", self.tag) or self.tag.lower() in ("script", "style"):
            raise ValueError(f"tag={self.tag!r} can't hold a block. Name an element such as 'li'.")
        if _PARTIAL_SWAP.match(self.swap):
            raise ValueError(
                f"swap={self.swap!r} would leave the old block there. Use outerHTML or a morph of it."
            )


@dataclass(frozen=True, slots=True)
class Block:
    """One block on one page.

    ``partial`` is its reference, ``template.html#name``. ``values`` are the parameters of each context, as
    validated; ``variables`` what ``with`` passes in.
    """

    partial: str
    contexts: tuple[str, ...]
    values: tuple[Mapping[str, Any], ...]
    variables: Mapping[str, Variable]
    wrapper: Wrapper
    id: str = ""

    @property
    def bound(self) -> tuple[Invalidation, ...]:
        """What the block is bound to; it is stale when one of these is covered."""
        pairs = zip(self.contexts, self.values, strict=True)
        return tuple(Invalidation.of(context, **values) for context, values in pairs)

    @property
    def is_shared(self) -> bool:
        """Tell whether shared caches may keep it: what several contexts show is not purged as one."""
        return len(self.contexts) == 1 and self.contexts[0] in registry.graph.public

    @property
    def token(self) -> str:
        """Sign which part of which template may be rendered, and how; not whose data it shows."""
        wrapper = self.wrapper
        content = [
            self.partial,
            self.contexts,
            self.id,
            wrapper.tag,
            wrapper.css,
            wrapper.swap,
            self.variables,
        ]
        return signing.Signer(salt=SALT).sign_object(content)

    @property
    def url(self) -> str:
        """Where it is refreshed."""
        params = {name: text for each in self.bound for name, text in each.params}
        query = "".join(f"&{name}={quote(text, safe='')}" for name, text in sorted(params.items()))
        return f"{reverse('mizan:partial', args=[self.contexts[0]])}?block={self.token}{query}"


def read_token(token: str, raw: Mapping[str, str]) -> Block:
    """Read a block from its URL: the signed token and the raw parameters.

    Raises BadSignature for a token that this site did not sign, ValueError for parameters that do not fit.
    """
    partial, contexts, shown_id, tag, css, swap, variables = _CONTENT.validate_python(
        signing.Signer(salt=SALT).unsign_object(token)
    )
    groups = find_groups(contexts)
    known = {name: raw[name] for group in groups for name in group.params if name in raw}
    return Block(partial, contexts, bind(groups, known), variables, Wrapper(tag, css, swap), shown_id)


def find_groups(contexts: Iterable[str]) -> tuple[Group, ...]:
    """Look contexts up; raise ValueError for an unknown one."""
    groups = registry.graph.groups
    for context in contexts:
        if context not in groups:
            hint = suggest(context, groups, what="contexts")
            raise ValueError(f"Unknown context {context!r} in {{% mizan_context %}}. {hint}")
    return tuple(groups[context] for context in contexts)


def check_names(groups: tuple[Group, ...], names: Iterable[str]) -> None:
    """Raise ValueError unless these parameters are known, and enough to bind a block."""
    given = set(names)
    known = {name for group in groups for name in group.params}
    missing = sorted({name for group in groups for name in group.required} - given)
    contexts = ", ".join(repr(group.context.name) for group in groups)
    for name in sorted(given - known):
        hint = suggest(name, known, what="parameters")
        raise ValueError(f"Context {contexts} has no parameter {name!r} in {{% mizan_context %}}. {hint}")
    if missing:
        raise ValueError(
            f"{{% mizan_context %}} with context {contexts} needs {', '.join(missing)}."
            f" Known parameters: {', '.join(sorted(known))}."
        )


def bound_names(groups: tuple[Group, ...], params: Iterable[str], attributes: Iterable[str]) -> set[str]:
    """List the parameters a tag gives: an attribute's word is one where the context has such a parameter."""
    return {*params, *(name for name in attributes if any(name in group.params for group in groups))}


def bind(groups: tuple[Group, ...], raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Validate each context's parameters among ``raw``; raise ValueError for what does not fit.

    What is bound is what the canonical text means, so that a reader gets the same value from a template as
    from the URL of the refresh.
    """
    check_names(groups, raw)
    try:
        return tuple(
            _bind(group, {name: raw[name] for name in group.params if name in raw}) for group in groups
        )
    except ValidationFailed as error:
        raise ValueError(f"{{% mizan_context %}} got parameters that do not fit: {error.fields}") from None


def _bind(group: Group, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    values = validate(group.adapter, raw)
    texts = dict(Invalidation.of(group.context.name, **values).params)
    return validate(group.adapter, texts) if texts != raw else values


def make(
    partial: str,
    *,
    contexts: Sequence[str],
    params: Mapping[str, Any],
    variables: Mapping[str, Variable],
    attributes: Mapping[str, Any],
    request: HttpRequest,
    parent: str,
) -> Block:
    """Make the block that a tag stands for; raise ValueError for what can't be bound."""
    contexts = tuple(dict.fromkeys(contexts))
    groups = find_groups(contexts)
    bound = bound_names(groups, params, attributes)
    given = {name: plain(value) for name, value in {**attributes, **params}.items() if name in bound}
    given = {name: value for name, value in given.items() if value is not None}
    texts = {name: value for name, value in attributes.items() if name not in bound and value is not None}
    # Text that is marked as safe would not be any more after a refresh: it is escaped at once.
    attributes = {name: str(value) + "" for name, value in texts.items()}
    values = bind(groups, given)
    wrapper = Wrapper(
        tag=attributes.get("tag") or "div",
        css=attributes.get("class", ""),
        swap=attributes.get("swap") or "outerHTML",
    )
    block = Block(partial, contexts, values, variables, wrapper)
    content: list[object] = [partial, list(map(str, block.bound)), variables]
    own_id = attributes.get("id") or block_id(request, content, parent=parent)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", own_id):
        raise ValueError(f"id={own_id!r} can't name a block: letters, digits, '_' and '-' only.")
    return replace(block, id=own_id)


class BlockContext(RequestContext):
    """A template context that knows nothing of the page around: the request, context processors, readings."""

    def __init__(self, request: HttpRequest, block: Block, readings: Readings, *, autoescape: bool) -> None:
        super().__init__(request, autoescape=autoescape)
        # Not by push(), which copies into a dict and so would read everything at once.
        self.dicts.append(readings)  # type: ignore[arg-type]
        self.push(block.variables)
        self.block_id = block.id

    @contextmanager
    def bind_template(self, template: Template) -> Iterator[None]:
        """Use the processors' values, worked out once per request instead of once per block."""
        engine = template.engine
        processed: dict[int, dict[str, Any]] = self.request.__dict__.setdefault("_mizan_processed", {})
        if id(engine) not in processed:
            values = processed[id(engine)] = {}
            for processor in engine.template_context_processors:
                values.update(processor(self.request))
        self.template = template
        self.dicts[self._processors_index] = processed[id(engine)]  # type: ignore[attr-defined]
        try:
            yield
        finally:
            self.template = None


def render(block: Block, partial: Partial, request: HttpRequest) -> SafeString:
    """Render a block with its wrapper; it is empty when a reader keeps its data from this visitor.

    A block of public contexts is rendered for everyone alike. Inside of what everyone is handed, one of a
    private context is an empty wrapper, which the visitor's browser fills at once.
    """
    if registry.graph.public.issuperset(block.contexts):
        clean = anonymous(request)
        clean.show(block.bound)
        with as_anyone(clean):
            return _render(block, partial, clean)
    if isinstance(request, AnonymousRequest):
        return _wrap(block, mark_safe(""), None, trigger=f"load, {REFRESH}")
    return _render(block, partial, request)


def _render(block: Block, partial: Partial, request: HttpRequest) -> SafeString:
    groups = find_groups(block.contexts)
    version = None if registry.graph.live.isdisjoint(block.contexts) else version_of(request)
    bound = zip(groups, block.values, strict=True)
    readings = Readings(
        request, {each.name: (each, values) for group, values in bound for each in group.readers}
    )
    context = BlockContext(request, block, readings, autoescape=partial.engine.autoescape)
    try:
        inner = partial.render(context)
    except Exception as error:  # the author's template; only a reader's own refusal is ours
        if readings.failure is None:
            raise
        inner = _denied(readings.failure, error)
    else:
        if readings.failure is not None:
            inner = _denied(readings.failure, None)
    return _wrap(block, mark_safe(inner), version)


def _denied(failure: Exception, raised: Exception | None) -> str:
    if isinstance(failure, DENIED):
        return ""
    raise failure if raised is None else raised


def _wrap(block: Block, inner: SafeString, version: str | None, *, trigger: str = REFRESH) -> SafeString:
    wrapper = block.wrapper
    attributes = [
        ("id", block.id),
        *([("class", wrapper.css)] if wrapper.css else []),
        ("data-mizan", ", ".join(map(str, block.bound))),
        *([("data-mizan-version", version)] if version is not None else []),
        *([("data-mizan-shared", "")] if block.is_shared else []),
        ("hx-get", block.url),
        ("hx-trigger", trigger),
        ("hx-target", "this"),
        ("hx-swap", wrapper.swap),
    ]
    tag = mark_safe(wrapper.tag)
    return format_html("<{}{}>{}</{}>", tag, format_html_join("", ' {}="{}"', attributes), inner, tag)

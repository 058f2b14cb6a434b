"""Rendering of blocks, the same at first and on each refresh: without the context of the page around."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.template import RequestContext
from django.template.base import Node, Template
from django.template.engine import Engine
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.binding import find_groups
from mizan_htmx.blocks.block import Block, Wrapper
from mizan_htmx.blocks.element.html_attributes import VOID
from mizan_htmx.blocks.element.root_element import MARK, RootElement, fill
from mizan_htmx.blocks.element.tag_attributes import NO_ATTRIBUTES, NOTHING_WRITTEN, TagAttributes, Written
from mizan_htmx.blocks.fallbacks import LOGIN_REQUIRED, Refusal, comment_on, reason_in, refusal_of
from mizan_htmx.blocks.freshness import note_numbers
from mizan_htmx.blocks.page_address import on_its_page
from mizan_htmx.blocks.placement import forget_content, without_marks
from mizan_htmx.blocks.scope.late_refusals import NotingContext
from mizan_htmx.blocks.scope.page_variables import PageVariables, ProcessorValues
from mizan_htmx.blocks.scope.parameters import parameters_in
from mizan_htmx.blocks.scope.passed_values import for_template
from mizan_htmx.blocks.scope.reader_results import LazyResults, NoResults, is_denied, readers_of
from mizan_htmx.blocks.scope.unrendered import uses_in
from mizan_htmx.blocks.source import fallbacks_of, source_of
from mizan_htmx.bounded_cache import BoundedCache
from mizan_htmx.caching.anonymous import AnonymousRequest, are_public, empty_query, shared_or_own
from mizan_htmx.conf import conf
from mizan_htmx.declarations.graph import Group
from mizan_htmx.html import attributes_of
from mizan_htmx.invalidation.read_version import may_be_old, version_of
from mizan_htmx.localization import Locale, current_locale
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.rendering.partials import Partial
from mizan_htmx.rendering.url_cache import reverse_url_for
from mizan_htmx.request_state import STATE, RequestState, state_of
from mizan_htmx.setup.registry import registry

REFRESH = "mizan:refresh"

_UNCHANGED = nullcontext()

# What is inside of a block's element, and what its template says of that: attributes, or an element of its
# own. A plain tuple, because each block of a page makes one.
_Content = tuple[str, Written, RootElement | None]


class BlockContext(RequestContext):
    """The template context of a block. Later layers hide those before.

    They are: context processors, parameters, the readers' results, what ``with`` passes. It has
    nothing of the page around, and is bound to the block's partial from the beginning.
    """

    def __init__(
        self, request: HttpRequest, block: Block, partial: Partial, results: LazyResults, locale: Locale
    ) -> None:
        engine, state = partial.engine, state_of(request)
        own = block.localization
        # Not RequestContext.__init__, whose layers form a reference cycle for the garbage collector.
        super(RequestContext, self).__init__(
            autoescape=engine.autoescape, use_l10n=own.use_l10n, use_tz=own.use_tz
        )
        self.request = request
        self.template, self.template_name = cast("Template", partial), partial.name
        # Not by push(), which copies into a dict and so would resolve all results at once.
        processed = _processor_values(engine, request, state, locale)
        parameters = parameters_in(block.contexts, block.values)
        layers: list[Any] = [
            processed,
            parameters,
            results,
            for_template(block.variables) if block.variables else {},
        ]
        self.dicts += layers
        if block.around is not None:
            self.dicts.insert(0, PageVariables(block.around, results))
        if results.may_refuse_late:
            self.render_context = NotingContext(results.note)
        # ``include`` caches the templates of a page here; all blocks of a response share the cache.
        self.render_context.dicts[0] = state.page.included
        self.block_id, self.block = block.id, block


def _processor_values(
    engine: Engine, request: HttpRequest, state: RequestState, locale: Locale
) -> dict[str, Any]:
    """Return the values of the context processors, computed once per request, locale and address.

    Django's own processors return language and time zone.
    """
    processed, current = state.block.context_values, state.readdressing
    key = id(engine), locale, "" if current is None else current.scope
    values = processed.get(key)
    if values is None:
        values = processed[key] = ProcessorValues()
        # They run for every block, whatever its template uses of them.
        with empty_query(request) if isinstance(request, AnonymousRequest) else _UNCHANGED:
            for processor in engine.template_context_processors:
                values.update(processor(request))
    return values


def render(block: Block, partial: Partial, request: HttpRequest, locale: Locale | None = None) -> SafeString:
    """Render a block with its wrapper; with its fallback if a reader denies this visitor its data.

    A block of public contexts is rendered without the visitor's data. Inside a shared page, a block of a
    private context is an empty wrapper, which the browser fills at once. ``locale`` is the active language
    and time zone, if the caller knows them.
    """
    return cast("SafeString", render_if_changed(block, partial, request, known="", locale=locale))


def render_if_changed(
    block: Block, partial: Partial, request: HttpRequest, *, known: str, locale: Locale | None = None
) -> SafeString | None:
    """Render a block; return ``None`` if its content still has the hash ``known``."""
    if isinstance(request, AnonymousRequest) and not are_public(block.contexts):
        return _wrap(block, _constant(block, partial), request, trigger=f"load, {REFRESH}")
    entered = shared_or_own(request, block.contexts, block.localization)
    with entered as shown:
        if isinstance(shown, AnonymousRequest):
            shown.show(block.bound)
        locale = entered.locale or locale or current_locale()
        return _render(block, partial, shown, known, locale, request)


def block_content(block: Block, partial: Partial, request: HttpRequest) -> str:
    """Return what a refresh would change of a block, rendered as for one: its content, and its attributes."""
    with shared_or_own(request, block.contexts, block.localization) as shown:
        return _text(_content(block, partial, shown, current_locale()))


def render_lazy(
    block: Block, partial: Partial, placeholder: Partial | None, request: HttpRequest
) -> SafeString:
    """Render the wrapper around a placeholder; the page loads the block when it comes into view.

    The placeholder of a public block is the same for everyone. None shows results of readers.
    """
    with shared_or_own(request, block.contexts, block.localization) as shown:
        return _render_lazy(block, partial, placeholder, shown, current_locale())


def check_unrendered(
    block: Block, partial: Partial, request: HttpRequest, silent: tuple[type[Node], ...]
) -> None:
    """Raise TemplateSyntaxError for a variable of the page in a block that is not rendered with it.

    ``silent`` are kinds of nodes that set no variables.
    """
    assert block.around is not None
    with shared_or_own(request, block.contexts, block.localization) as shown:
        locale = current_locale()
        results = LazyResults(shown, readers_of(find_groups(block.contexts)), block.values, locale)
        page = PageVariables(block.around, results)
        for node, variable, name in uses_in(partial.nodelist, silent):
            # Context processors run, for a public page too, only if something seems to be wrong.
            if page.refuses(name) and name not in BlockContext(shown, block, partial, results, locale):
                page.check(name, variable, node)


def _render_lazy(
    block: Block, partial: Partial, placeholder: Partial | None, request: HttpRequest, locale: Locale
) -> SafeString:
    source = source_of(block, partial)
    if placeholder is None and source.attributes is NO_ATTRIBUTES:
        return _wrap(block, ("", NOTHING_WRITTEN, source.root), request, locale, lazy="")
    with _on_page(block, request, locale):
        written = _placeholder_attributes(block, partial, request, source.attributes, locale)
        inner = ""
        if placeholder is not None:
            inner = _render_fallback(block, placeholder, request, locale, "placeholder")
    return _wrap(block, (inner, written, source.root), request, locale, lazy="")


def _placeholder_attributes(
    block: Block, partial: Partial, request: HttpRequest, attributes: TagAttributes, locale: Locale
) -> Written:
    """Return the attributes of a lazy block; those that use a reader are left out until it is loaded."""
    if attributes is NO_ATTRIBUTES:
        return NOTHING_WRITTEN
    groups = find_groups(block.contexts)
    results = NoResults(request, readers_of(groups), block.values, locale)
    return attributes.write(BlockContext(request, block, partial, results, locale), results, groups)


def _render_fallback(block: Block, fallback: Partial, request: HttpRequest, locale: Locale, tag: str) -> str:
    results = NoResults(request, readers_of(find_groups(block.contexts)), block.values, locale)
    results.tag = tag
    inner = fallback.render(BlockContext(request, block, fallback, results, locale))
    if results.failure is not None:  # a template condition has swallowed it
        raise results.failure
    return inner


def _render(
    block: Block, partial: Partial, request: HttpRequest, known: str, locale: Locale, page: HttpRequest
) -> SafeString | None:
    """Render for ``request``, which is an anonymous copy of ``page`` for a public block."""
    version = None if registry.graph.live.isdisjoint(block.contexts) else version_of(request)
    content = _content(block, partial, request, locale)
    text = content[0] if content[1] is NOTHING_WRITTEN else _text(content)
    notes = note_numbers(page, block, text)
    empty = reason_in(content[0]) if settings.DEBUG else None
    if version is not None:  # the version changes even if the content does not
        if isinstance(request, AnonymousRequest) and may_be_old(version):
            request.object("a replica may lag behind (MIZAN_REPLICA_LAG)")
        return _wrap(block, content, request, locale, version=version, notes=notes, empty=empty)
    has_hash = conf.single_flight
    digest = _digest(text) if has_hash or known else None
    if known and digest == known:
        return None
    shown = digest if has_hash else None
    return _wrap(block, content, request, locale, hash=shown, notes=notes, empty=empty)


def _content(block: Block, partial: Partial, request: HttpRequest, locale: Locale) -> _Content:
    groups = find_groups(block.contexts)
    make = _denied if is_denied(request, groups) else _rendered
    state: RequestState | None = getattr(request, STATE, None)
    if state is not None and state.page_address is None:  # it is known to be the request's own
        return make(block, partial, request, groups, locale)
    with _on_page(block, request, locale):
        return make(block, partial, request, groups, locale)


@contextmanager
def _on_page(block: Block, request: HttpRequest, locale: Locale) -> Iterator[None]:
    """Show to readers and templates the address of the page."""
    with on_its_page(request, block.contexts[0], locale[0]):
        yield
    if isinstance(request, AnonymousRequest) and request.misuse is not None:
        raise request.misuse


def _denied(
    block: Block, partial: Partial, request: HttpRequest, groups: tuple[Group, ...], locale: Locale
) -> _Content:
    _, attributes, root = _constant(block, partial)
    return _instead(block, partial, request, locale, LOGIN_REQUIRED), attributes, root


def _text(content: _Content) -> str:
    """Return what differs if a refresh changes anything."""
    inner, written, _ = content
    return f"{written.text}>{inner}" if written.text else inner


def _constant(block: Block, partial: Partial) -> _Content:
    """Return what a block is for somebody who may see nothing of it."""
    attributes, root = source_of(block, partial)
    return "", attributes.constants(find_groups(block.contexts)), root


def _rendered(
    block: Block, partial: Partial, request: HttpRequest, groups: tuple[Group, ...], locale: Locale
) -> _Content:
    attributes, root = source_of(block, partial)
    results = LazyResults(request, readers_of(groups), block.values, locale)
    context = BlockContext(request, block, partial, results, locale)
    written = NOTHING_WRITTEN
    if attributes is not NO_ATTRIBUTES:
        written = attributes.write(context, results, groups)
    return _inner(block, partial, request, context, results, locale), written, root


def _inner(
    block: Block,
    partial: Partial,
    request: HttpRequest,
    context: BlockContext,
    results: LazyResults,
    locale: Locale,
) -> str:
    try:
        inner = partial.render(context)
    except Exception as error:  # the border to the site's templates; a reader's refusal hides the content
        results.note(error)
        if results.failure is None:
            raise
    if results.failure is None:
        return inner
    refusal = refusal_of(results.failure, results.failed, fallbacks_of(block, partial))
    if refusal is None:
        raise results.failure  # the first one, though a condition may have swallowed it
    return _instead(block, partial, request, locale, refusal)


def _instead(block: Block, partial: Partial, request: HttpRequest, locale: Locale, refusal: Refusal) -> str:
    """Return what a block shows without its content: its fallback, or nothing and, under DEBUG, why."""
    if settings.DEBUG:
        forget_content()
    fallback = fallbacks_of(block, partial).get(refusal.tag)
    if fallback is not None:
        return _render_fallback(block, fallback, request, locale, refusal.tag)
    if not settings.DEBUG:
        return ""
    root = source_of(block, partial).root
    return comment_on(refusal, block.wrapper.tag if root is None else root.name)


def _digest(text: str) -> str:
    if settings.DEBUG:
        text = without_marks(text)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _wrap(
    block: Block,
    content: _Content,
    request: HttpRequest,
    locale: Locale | None = None,
    *,
    trigger: str = REFRESH,
    **own: str | None,
) -> SafeString:
    """Return the block's element; ``own`` are attributes of this rendering, unless ``None``."""
    language = locale[0] if locale is not None else None
    url = block.url_below(reverse_url_for(request, "mizan:partial", block.contexts[0], language=language))
    before, after = _tags[block.id, block.wrapper, block.bound, url, trigger, block.is_shared]
    given = [(f"data-mizan-{name}", text) for name, text in own.items() if text is not None]
    inner, attributes, root = content
    written = attributes_of(given) if given else ""
    if attributes is not NOTHING_WRITTEN:
        written += attributes.text
        if not state_of(request).is_refresh:
            written += attributes.at_first
    tag = block.wrapper.tag
    has_mark = MARK in inner
    if root is None and not has_mark:
        if tag.lower() in VOID and not inner.strip():
            return mark_safe(f"{before}{written}{after}")
        return mark_safe(f"{before}{written}{after}{inner}</{tag}>")
    own_attributes = f"{before[len(tag) + 1 :]}{written}{after[:-1]}"
    if root is None or has_mark:
        return mark_safe(fill(inner, own_attributes))
    return mark_safe(root.around(own_attributes, inner))


def _tag(
    block_id: str, wrapper: Wrapper, bound: tuple[Invalidation, ...], url: str, trigger: str, shared: bool
) -> tuple[str, str]:
    """Return the start tag in two parts, between which the attributes of one rendering are inserted."""
    before = [
        ("id", block_id),
        *([("class", wrapper.css)] if wrapper.css else []),
        ("data-mizan", ", ".join(map(str, bound))),
    ]
    after = [
        *([("data-mizan-shared", "")] if shared else []),
        *([("data-mizan-poll", str(wrapper.poll))] if wrapper.poll else []),
        *([("data-mizan-announce", wrapper.announce)] if wrapper.announce else []),
        *([("data-mizan-query", wrapper.query)] if wrapper.query else []),
        ("hx-get", url),
        ("hx-trigger", trigger),
        ("hx-target", "this"),
        ("hx-swap", wrapper.swap),
    ]
    return f"<{wrapper.tag}{attributes_of(before)}", f"{attributes_of(after)}>"


# A block has the same start tag at each rendering.
_tags = BoundedCache(_tag)

"""Rendering of blocks, the same at first and on each refresh: without the context of the page around."""

import hashlib
from contextlib import nullcontext
from typing import Any, cast

from django.http import HttpRequest
from django.template import RequestContext
from django.template.base import Template
from django.template.engine import Engine
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.binding import find_groups
from mizan_htmx.blocks.block import Block, Wrapper
from mizan_htmx.blocks.freshness import note_numbers
from mizan_htmx.blocks.page_address import on_its_page
from mizan_htmx.blocks.reader_results import LazyResults, PlaceholderResults, is_denied, readers_of
from mizan_htmx.bounded_cache import BoundedCache
from mizan_htmx.caching.anonymous import AnonymousRequest, are_public, empty_query, shared_or_own
from mizan_htmx.conf import conf
from mizan_htmx.errors import DENIED
from mizan_htmx.html import attributes_of
from mizan_htmx.invalidation.read_version import may_be_old, version_of
from mizan_htmx.localization import Locale, current_locale
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.rendering.partials import Partial
from mizan_htmx.rendering.url_cache import reverse_url_for
from mizan_htmx.request_state import STATE, RequestState, state_of
from mizan_htmx.setup.registry import registry

REFRESH = "mizan:refresh"


class BlockContext(RequestContext):
    """The template context of a block: the request, context processors and the readers' results.

    It has nothing of the page around, and is bound to the block's partial from the beginning.
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
        layers: tuple[Any, ...] = (processed, results, {**block.variables})
        self.dicts += layers
        # ``include`` caches the templates of a page here; all blocks of a response share the cache.
        self.render_context.dicts[0] = state.page.included
        self.block_id = block.id


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
        values = processed[key] = {}
        # They run for every block, whatever its template uses of them.
        with empty_query(request) if isinstance(request, AnonymousRequest) else _UNCHANGED:
            for processor in engine.template_context_processors:
                values.update(processor(request))
    return values


_UNCHANGED = nullcontext()


def render(block: Block, partial: Partial, request: HttpRequest, locale: Locale | None = None) -> SafeString:
    """Render a block with its wrapper; without content if a reader denies this visitor its data.

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
        return _wrap(block, "", request, trigger=f"load, {REFRESH}")
    entered = shared_or_own(request, block.contexts, block.localization)
    with entered as shown:
        if isinstance(shown, AnonymousRequest):
            shown.show(block.bound)
        locale = entered.locale or locale or current_locale()
        return _render(block, partial, shown, known, locale, request)


def block_content(block: Block, partial: Partial, request: HttpRequest) -> str:
    """Return the content of a block without its wrapper, rendered as for a refresh."""
    with shared_or_own(request, block.contexts, block.localization) as shown:
        return _inner(block, partial, shown, current_locale())


def render_lazy(block: Block, placeholder: Partial | None, request: HttpRequest) -> SafeString:
    """Render the wrapper around a placeholder; the page loads the block when it comes into view.

    The placeholder of a public block is the same for everyone. None shows results of readers.
    """
    with shared_or_own(request, block.contexts, block.localization) as shown:
        return _render_lazy(block, placeholder, shown, current_locale())


def _render_lazy(
    block: Block, placeholder: Partial | None, request: HttpRequest, locale: Locale
) -> SafeString:
    if placeholder is None:
        return _wrap(block, "", request, locale, lazy="")
    results = PlaceholderResults(request, readers_of(find_groups(block.contexts)), block.values, locale)
    inner = _on_page(block, placeholder, request, results, locale)
    if results.failure is not None:  # a template condition has swallowed it
        raise results.failure
    return _wrap(block, inner, request, locale, lazy="")


def _render(
    block: Block, partial: Partial, request: HttpRequest, known: str, locale: Locale, page: HttpRequest
) -> SafeString | None:
    """Render for ``request``, which is an anonymous copy of ``page`` for a public block."""
    version = None if registry.graph.live.isdisjoint(block.contexts) else version_of(request)
    inner = _inner(block, partial, request, locale)
    notes = note_numbers(page, block, inner)
    if version is not None:  # the version changes even if the content does not
        if isinstance(request, AnonymousRequest) and may_be_old(version):
            request.object("a replica may lag behind (MIZAN_REPLICA_LAG)")
        return _wrap(block, inner, request, locale, version=version, notes=notes)
    has_hash = conf.single_flight
    digest = _digest(inner) if has_hash or known else None
    if known and digest == known:
        return None
    return _wrap(block, inner, request, locale, hash=digest if has_hash else None, notes=notes)


def _inner(block: Block, partial: Partial, request: HttpRequest, locale: Locale) -> str:
    groups = find_groups(block.contexts)
    if is_denied(request, groups):
        return ""
    results = LazyResults(request, readers_of(groups), block.values, locale)
    try:
        inner = _on_page(block, partial, request, results, locale)
    except Exception as error:  # the border to the site's templates; a reader's refusal hides the content
        if results.failure is None:
            raise
        return _hidden(results.failure, error)
    return inner if results.failure is None else _hidden(results.failure, None)


def _on_page(
    block: Block, partial: Partial, request: HttpRequest, results: LazyResults, locale: Locale
) -> str:
    """Render a partial while readers and templates see the address of the page."""
    state: RequestState | None = getattr(request, STATE, None)
    if state is not None and state.page_address is None:  # it is known to be the request's own
        return partial.render(BlockContext(request, block, partial, results, locale))
    with on_its_page(request, block.contexts[0], locale[0]):
        inner = partial.render(BlockContext(request, block, partial, results, locale))
    if isinstance(request, AnonymousRequest) and request.misuse is not None:
        raise request.misuse
    return inner


def _digest(inner: str) -> str:
    return hashlib.blake2b(inner.encode(), digest_size=8).hexdigest()


def _hidden(failure: Exception, raised: Exception | None) -> str:
    if isinstance(failure, DENIED):
        return ""
    raise failure if raised is None else raised


def _wrap(
    block: Block,
    inner: str,
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
    written = attributes_of(given) if given else ""
    return mark_safe(f"{before}{written}{after}{inner}</{block.wrapper.tag}>")


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
        ("hx-get", url),
        ("hx-trigger", trigger),
        ("hx-target", "this"),
        ("hx-swap", wrapper.swap),
    ]
    return f"<{wrapper.tag}{attributes_of(before)}", f"{attributes_of(after)}>"


# A block has the same start tag at each rendering.
_tags = BoundedCache(_tag)

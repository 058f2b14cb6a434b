"""Blocks: parts of a template bound to contexts, and the signed URLs that refresh them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from mizan_htmx.blocks.binding import bind, bound_names, find_groups
from mizan_htmx.blocks.from_query import (
    Outer,
    Texts,
    check_parameters,
    keys_of,
    taken_from_page,
    texts_of_url,
    with_fitting,
    without,
)
from mizan_htmx.blocks.scope.page_variables import Around
from mizan_htmx.blocks.scope.passed_values import (
    Variable,
    VariablesKey,
    Written,
    as_key,
    from_key,
    read,
    written,
)
from mizan_htmx.bounded_cache import BoundedCache
from mizan_htmx.declarations.graph import Group
from mizan_htmx.html import content_id, plain, unique_id
from mizan_htmx.localization import PLAIN, Localization, LocalizationPayload
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.rendering.url_cache import reverse_url
from mizan_htmx.setup.registry import registry

SALT = "mizan_htmx.block"

# A refresh returns the block with its wrapper; these would insert it in or beside the old one.
_PARTIAL_SWAP = re.compile("inner|before|after|delete|textContent", re.IGNORECASE)

# Stands for the id in a token where it follows from the rest; no id has this character.
_DEFAULT_ID = "."

# Seconds between two polls. Browsers store timeouts as 32-bit milliseconds (24 days); a day is enough.
_MAX_POLL = 86_400

Contexts = Annotated[tuple[str, ...], Field(min_length=1)]


@with_config(ConfigDict(extra="forbid"))
class _Options(TypedDict, total=False):
    """The options of a wrapper that are not the default."""

    tag: str
    css: str
    swap: str
    announce: str
    poll: int
    query: str
    at: str


class _Place(LocalizationPayload, total=False):
    """The localization of a block, and the name of its template engine."""

    engine: str


# The payload of a token. Another release of this site may have signed something else.
_Content = tuple[str, Contexts, str, _Options, dict[str, Written]]
_ContentAtPlace = tuple[str, Contexts, str, _Options, dict[str, Written], _Place]
_CONTENT: TypeAdapter[_Content | _ContentAtPlace] = TypeAdapter(_Content | _ContentAtPlace)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The element around a block.

    ``announce`` is a text for assistive technology after a refresh; ``poll`` is the interval between
    refreshes in seconds, 0 for none; ``query`` lists the parameters that come from the page's address. ``at``
    is the place of the tag whose attributes and fallbacks it has, if that is not the place of the content:
    ``source.py``. Raise ValueError for an option that can't work.
    """

    tag: str = "div"
    css: str = ""
    swap: str = "outerHTML"
    announce: str = ""
    poll: int = 0
    query: str = ""
    at: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", self.tag) or self.tag.lower() in ("script", "style"):
            raise ValueError(f"tag={self.tag!r} can't contain a block. Name an element such as 'li'.")
        if _PARTIAL_SWAP.match(self.swap):
            raise ValueError(
                f"swap={self.swap!r} would not replace the old block. Use outerHTML or a morph of it."
            )
        if not 0 <= self.poll <= _MAX_POLL:
            raise ValueError(_bad_poll(self.poll))

    @property
    def non_defaults(self) -> dict[str, Any]:
        """Return the options that are not the default."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {each.name: values[each.name] for each in fields(self) if values[each.name] != each.default}


def _bad_poll(poll: object) -> str:
    return f"poll={poll!r} is not an interval. Write whole seconds from 1 to {_MAX_POLL}, such as poll=30."


@dataclass(frozen=True, slots=True)
class Block:
    """One block on one page.

    ``partial`` is its reference, ``template.html#name``. ``values`` are the validated parameters of each
    context; ``variables`` are passed by ``with``. The block is stale when an invalidation covers one of
    ``bound``, which is computed from contexts and values by default. A ``lazy`` block shows a placeholder at
    first; a refresh never is, so the URL does not contain it. ``localization`` and ``engine`` (the name of
    the template engine) are those of the page, where the URL alone would yield others. A default id follows
    from the rest, and is not part of the token: blocks of a loop then share one. ``texts`` are what the
    page's address has for the parameters of ``wrapper.query``, whether valid or not. ``around`` is set at the
    first rendering, under ``MIZAN_STRICT``.
    """

    partial: str
    contexts: tuple[str, ...]
    values: tuple[Mapping[str, Any], ...]
    variables: Mapping[str, Variable]
    wrapper: Wrapper
    id: str = ""
    lazy: bool = False
    bound: tuple[Invalidation, ...] = field(default=(), compare=False)
    localization: Localization = PLAIN
    engine: str = ""
    has_default_id: bool = field(default=False, compare=False)
    texts: Texts = ()
    around: Around | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.bound:
            object.__setattr__(self, "bound", _bound(self.contexts, self.values))

    @property
    def is_shared(self) -> bool:
        """Return whether shared caches may store it; no purge covers a block of several contexts."""
        return len(self.contexts) == 1 and self.contexts[0] in registry.graph.public

    @property
    def token(self) -> str:
        """Return the signed description of what may be rendered and how; parameters are not part of it."""
        return _sign(settings.SECRET_KEY, *self._signed)

    @property
    def url(self) -> str:
        """Return the URL that refreshes it."""
        return self.url_below(reverse_url("mizan:partial", self.contexts[0]))

    def url_below(self, path: str) -> str:
        """Return the URL that refreshes it, for the endpoint's path for its first context."""
        return _urls[path, self.bound, self.texts, settings.SECRET_KEY, *self._signed]

    @property
    def texts_by_key(self) -> Mapping[str, str]:
        """Return what the page's address has, as far as the block's own URL tells."""
        keys = keys_of(self.wrapper.query)
        return {keys[name]: text for name, text in self.texts}

    @property
    def _signed(self) -> "_Signed":
        variables = as_key(self.variables)
        own_id = _DEFAULT_ID if self.has_default_id else self.id
        return self.partial, self.contexts, own_id, self.wrapper, variables, self.localization, self.engine


_Signed = tuple[str, tuple[str, ...], str, Wrapper, VariablesKey, Localization, str]


def _bound(contexts: Iterable[str], values: Iterable[Mapping[str, Any]]) -> tuple[Invalidation, ...]:
    pairs = zip(contexts, values, strict=True)
    return tuple([Invalidation.of(context, **given) for context, given in pairs])


def _url(path: str, bound: tuple[Invalidation, ...], texts: Texts, secret: str | bytes, *signed: Any) -> str:
    params = {name: text for each in bound for name, text in each.params}
    params.update(texts)  # as they are in the address, so that pages can compare the two
    query = "".join(f"&{name}={quote(text, safe='')}" for name, text in sorted(params.items()))
    return f"{path}?block={_sign(secret, *signed)}{query}"


# A block has the same signature at each rendering, and signing costs as much as a small table.
_urls = BoundedCache(_url)


def _sign(
    secret: str | bytes,
    partial: str,
    contexts: tuple[str, ...],
    shown_id: str,
    wrapper: Wrapper,
    variables: VariablesKey,
    localization: Localization,
    engine: str,
) -> str:
    content = [partial, contexts, shown_id, wrapper.non_defaults, written(variables)]
    if localization or engine:  # omitted otherwise, as in tokens of former releases
        content.append({**localization.payload, **({"engine": engine} if engine else {})})
    return signing.Signer(key=secret, salt=SALT).sign_object(content)


def read_token(token: str, raw: Mapping[str, str]) -> Block:
    """Return the block of a URL, from its signed token and raw parameters.

    Raise BadSignature for a token that this site did not sign, and ValueError for invalid parameters.
    """
    content = _contents[token, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS)]
    partial, contexts, shown_id, wrapper, variables, localization, engine = content
    groups = find_groups(contexts)
    given, query = _given(groups, raw), wrapper.query
    texts: Texts = ()
    if query:
        texts = texts_of_url(query, raw)
        given = with_fitting(given, groups, query, texts)
    values, shown = bind(groups, given)
    is_default = shown_id == _DEFAULT_ID
    if is_default:
        shown_id = _names["", partial, without(shown, query) if query else shown, variables]
    return Block(
        partial,
        contexts,
        values,
        from_key(variables),
        wrapper,
        id=shown_id,
        bound=shown,
        localization=localization,
        engine=engine,
        has_default_id=is_default,
        texts=texts,
    )


def _given(groups: Iterable[Group], raw: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters in a URL; an empty field is ``None``, as in ``ctx/``, and omitted."""
    params = {name: each for group in groups for name, each in group.params.items() if name in raw}
    return {name: raw[name] for name, each in params.items() if raw[name] or not each.blank}


def _read_content(token: str, secret: str | bytes, former: tuple[str | bytes, ...]) -> _Signed:
    partial, contexts, shown_id, options, variables, *place = _CONTENT.validate_python(
        signing.Signer(key=secret, fallback_keys=[*former], salt=SALT).unsign_object(token)
    )
    at: _Place = place[0] if place else {}
    localization, engine = Localization.from_payload(at), at.get("engine", "")
    return partial, contexts, shown_id, Wrapper(**options), as_key(read(variables)), localization, engine


# A page requests the same block again and again, and many pages request the same one after a change.
_contents = BoundedCache(_read_content)


def make(
    partial: str,
    *,
    contexts: tuple[str, ...],
    params: Mapping[str, Any],
    variables: Mapping[str, Variable],
    attributes: Mapping[str, Any],
    request: HttpRequest,
    parent: str,
    localization: Localization = PLAIN,
    engine: str = "",
    outer: Outer | None = None,
    around: Around | None = None,
) -> Block:
    """Return the block of a tag; raise ValueError for invalid parameters or attributes.

    ``outer`` is the block around it, which matters where a parameter comes from the page's address.
    """
    groups = find_groups(contexts)
    bound = bound_names(groups, params, attributes)
    raw = {name: plain(value) for name, value in {**attributes, **params}.items() if name in bound}
    given = {name: value for name, value in raw.items() if value is not None}
    own = {name: value for name, value in attributes.items() if name not in bound and value is not None}
    # + "" makes a str of a SafeString, so that it is escaped now as it will be after a refresh.
    texts = {name: str(value) + "" for name, value in own.items()}
    query = texts.get("from_query", "")
    address: Texts = ()
    if query:
        check_parameters(groups, query, bound)
        query, address = taken_from_page(query, request, outer)
        given = with_fitting(given, groups, query, address)
    values, shown = bind(groups, given)
    fixed = without(shown, query) if query else shown
    own_id = texts.get("id") or ""
    default = _checked(own_id) if own_id else _names[parent, partial, fixed, as_key(variables)]
    shown_id = own_id or unique_id(request, default)
    return Block(
        *(partial, contexts, values, variables),
        _wrapper(own, texts, query) if own else _DEFAULT,
        id=shown_id,
        lazy=bool(own.get("lazy", False)),
        bound=shown,
        localization=localization,
        engine=engine,
        has_default_id=not own_id and shown_id == default and not parent,
        texts=address,
        around=around,
    )


def _checked(own_id: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", own_id):
        raise ValueError(f"id={own_id!r} can't be a block's id. Use letters, digits, '_' and '-' only.")
    return own_id


_DEFAULT = Wrapper()


def _wrapper(own: Mapping[str, Any], texts: Mapping[str, str], query: str) -> Wrapper:
    return Wrapper(
        tag=texts.get("tag") or "div",
        css=texts.get("class", ""),
        swap=texts.get("swap") or "outerHTML",
        announce=texts.get("announce", ""),
        poll=_seconds(own["poll"]) if "poll" in own else 0,
        query=query,
    )


def _name(parent: str, partial: str, shown: tuple[Invalidation, ...], variables: VariablesKey) -> str:
    return content_id([partial, [*map(str, shown)], written(variables)], parent=parent)


_names = BoundedCache(_name)


def _seconds(poll: object) -> int:
    text = str(poll)
    if isinstance(poll, bool) or not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise ValueError(_bad_poll(poll))
    return int(text)

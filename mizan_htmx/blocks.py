"""Blocks: parts of a template bound to contexts, and the signed addresses at which they are refreshed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import quote
from weakref import ref

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from mizan_htmx.errors import ValidationFailed
from mizan_htmx.graph import Group, suggest
from mizan_htmx.ids import block_id
from mizan_htmx.invalidation import Invalidation
from mizan_htmx.readings import plain
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate

SALT = "mizan_htmx.block"
REFRESH_HEADER = "X-Mizan-Refresh"

# A refresh answers the block with its wrapper, which these would put inside or beside the old one.
_PARTIAL_SWAP = re.compile("inner|before|after|delete|textContent", re.IGNORECASE)

# A pause between two polls, in seconds. Timers of browsers count in 32 bits of milliseconds.
_LONGEST_POLL = 86_400

# How many tokens and addresses are kept; with a token of 200 bytes that is about 2 MiB.
_REMEMBERED = 4096

Contexts = Annotated[tuple[str, ...], Field(min_length=1)]
Variable = str | int | float | bool | None


@with_config(ConfigDict(extra="forbid"))
class _Options(TypedDict, total=False):
    """What of a wrapper is not the default."""

    tag: str
    css: str
    swap: str
    announce: str
    poll: int


# What a token holds. Another release of this site may have signed something else.
_CONTENT = TypeAdapter(tuple[str, Contexts, str, _Options, dict[str, Variable]])


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The element around a block.

    ``announce`` is what assistive technology is told after a refresh; ``poll`` the seconds from one refresh
    to the next, 0 for none.
    """

    tag: str = "div"
    css: str = ""
    swap: str = "outerHTML"
    announce: str = ""
    poll: int = 0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", self.tag) or self.tag.lower() in ("script", "style"):
            raise ValueError(f"tag={self.tag!r} can't hold a block. Name an element such as 'li'.")
        if _PARTIAL_SWAP.match(self.swap):
            raise ValueError(
                f"swap={self.swap!r} would leave the old block there. Use outerHTML or a morph of it."
            )
        if not 0 <= self.poll <= _LONGEST_POLL:
            raise ValueError(_bad_poll(self.poll))

    @property
    def unusual(self) -> dict[str, Any]:
        """What of it is not the default."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {each.name: values[each.name] for each in fields(self) if values[each.name] != each.default}


def _bad_poll(poll: object) -> str:
    return f"poll={poll!r} is no pause. Write whole seconds from 1 to {_LONGEST_POLL}, such as poll=30."


@dataclass(frozen=True, slots=True)
class Block:
    """One block on one page.

    ``partial`` is its reference, ``template.html#name``. ``values`` are the parameters of each context, as
    validated; ``variables`` what ``with`` passes in. It is stale when one of ``bound`` is covered, which is
    worked out of the others where it is not given. A ``lazy`` one shows a placeholder at first; no refresh
    is lazy, so that is not part of its address.
    """

    partial: str
    contexts: tuple[str, ...]
    values: tuple[Mapping[str, Any], ...]
    variables: Mapping[str, Variable]
    wrapper: Wrapper
    id: str = ""
    lazy: bool = False
    bound: tuple[Invalidation, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.bound:
            object.__setattr__(self, "bound", _bound(self.contexts, self.values))

    @property
    def is_shared(self) -> bool:
        """Tell whether shared caches may keep it: what several contexts show is not purged as one."""
        return len(self.contexts) == 1 and self.contexts[0] in registry.graph.public

    @property
    def token(self) -> str:
        """Sign which part of which template may be rendered, and how; not whose data it shows."""
        # Equal values may be written differently: True, 1 and 1.0.
        variables = tuple((name, repr(value), value) for name, value in self.variables.items())
        return _sign(settings.SECRET_KEY, self.partial, self.contexts, self.id, self.wrapper, variables)

    @property
    def url(self) -> str:
        """Where it is refreshed."""
        params = {name: text for each in self.bound for name, text in each.params}
        query = "".join(f"&{name}={quote(text, safe='')}" for name, text in sorted(params.items()))
        resolver = ref(get_resolver(get_urlconf()))
        address = _address(self.contexts[0], resolver, get_script_prefix(), get_language())
        return f"{address}?block={self.token}{query}"


def _bound(contexts: Iterable[str], values: Iterable[Mapping[str, Any]]) -> tuple[Invalidation, ...]:
    pairs = zip(contexts, values, strict=True)
    return tuple([Invalidation.of(context, **given) for context, given in pairs])


# A block is signed alike at each rendering, and signing costs as much as a small table.
@lru_cache(_REMEMBERED)
def _sign(
    secret: str | bytes,
    partial: str,
    contexts: tuple[str, ...],
    shown_id: str,
    wrapper: Wrapper,
    variables: tuple[tuple[str, str, Variable], ...],
) -> str:
    content = [partial, contexts, shown_id, wrapper.unusual, {name: value for name, _, value in variables}]
    return signing.Signer(key=secret, salt=SALT).sign_object(content)


@lru_cache(_REMEMBERED)
def _address(context: str, resolver: ref[URLResolver], prefix: str, language: str | None) -> str:
    """Reverse the endpoint; all but the context are what Django's ``reverse`` looks at by itself.

    After ``clear_url_caches``, by which sites change what their patterns mean, the resolver is another one.
    """
    return reverse("mizan:partial", args=[context])


def read_token(token: str, raw: Mapping[str, str]) -> Block:
    """Read a block from its URL: the signed token and the raw parameters.

    Raises BadSignature for a token that this site did not sign, ValueError for parameters that do not fit.
    """
    partial, contexts, shown_id, options, variables = _CONTENT.validate_python(
        signing.Signer(salt=SALT).unsign_object(token)
    )
    groups = find_groups(contexts)
    known = {name: raw[name] for group in groups for name in group.params if name in raw}
    return Block(partial, contexts, bind(groups, known), variables, Wrapper(**options), shown_id)


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
    own = {name: value for name, value in attributes.items() if name not in bound and value is not None}
    # Text that is marked as safe would not be any more after a refresh: it is escaped at once.
    texts = {name: str(value) + "" for name, value in own.items()}
    values = bind(groups, given)
    wrapper = Wrapper(
        tag=texts.get("tag") or "div",
        css=texts.get("class", ""),
        swap=texts.get("swap") or "outerHTML",
        announce=texts.get("announce", ""),
        poll=_seconds(own["poll"]) if "poll" in own else 0,
    )
    shown = _bound(contexts, values)
    content: list[object] = [partial, list(map(str, shown)), variables]
    own_id = texts.get("id") or block_id(request, content, parent=parent)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", own_id):
        raise ValueError(f"id={own_id!r} can't name a block: letters, digits, '_' and '-' only.")
    lazy = bool(own.get("lazy", False))
    return Block(partial, contexts, values, variables, wrapper, own_id, lazy, shown)


def _seconds(poll: object) -> int:
    text = str(poll)
    if isinstance(poll, bool) or not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise ValueError(_bad_poll(poll))
    return int(text)

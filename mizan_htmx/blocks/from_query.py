"""Parameters of a block that come from the query of the page's address.

``from_query="status page:tickets_page"``: the parameter ``status`` from the key of that name, and ``page``
from ``tickets_page``. What an address lacks, and what does not fit, is the reader's default.
"""

from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

from django.http import HttpRequest

from mizan_htmx.blocks.binding import fits
from mizan_htmx.blocks.page_address import query_of_page
from mizan_htmx.caching.anonymous import AnonymousRequest
from mizan_htmx.declarations.graph import Group
from mizan_htmx.errors import suggest
from mizan_htmx.protocol.keys import Invalidation, canonical, is_name

#: The most characters that these parameters of one block have in its URL. Common servers refuse lines over
#: 4,094, in which the token has to find room, too.
MAX_CHARACTERS = 3000

# (parameter, text) as the address has it, in the order of the tag.
Texts = tuple[tuple[str, str], ...]

_FORM = 'Write from_query="page q": parameters, or parameter:key, with spaces between them.'


class Outer(Protocol):
    """The block around another one, as far as it matters here."""

    @property
    def texts_by_key(self) -> Mapping[str, str]:
        """Return what the page's address has, as far as the block's own URL tells."""


@lru_cache(1024)
def keys_of(text: str) -> Mapping[str, str]:
    """Return the keys of an address by parameter; raise ValueError for what is no list of parameters."""
    keys: dict[str, str] = {}
    for part in text.split():
        name, colon, key = part.partition(":")
        if not is_name(name) or (colon and not key):
            raise ValueError(f"from_query={text!r} has {part!r}, which names no parameter. {_FORM}")
        if name in keys:
            raise ValueError(f"from_query={text!r} has the parameter {name!r} twice. Keep one.")
        keys[name] = key or name
    return keys


def check_parameters(groups: tuple[Group, ...], text: str, given: Set[str]) -> None:
    """Raise ValueError for a parameter that an address can't give to a block of these contexts.

    ``given`` are those that the tag passes.
    """
    known = {name for group in groups for name in group.params}
    required = {name for group in groups for name in group.required}
    contexts = ", ".join(repr(group.context.name) for group in groups)
    for name in keys_of(text):
        if name not in known:
            hint = suggest(name, known - required, what="parameters")
            raise ValueError(
                f"Context {contexts} has no parameter {name!r}, which from_query names in"
                f" {{% mizan_context %}}. {hint}"
            )
        if name in required:
            raise ValueError(
                f"from_query names {name!r} of context {contexts}, which an address may be without. Give it"
                f" a default in {_readers_that_require(name, groups)}, or write {name}=… in"
                " {% mizan_context %}."
            )
        if name in given:
            raise ValueError(
                f"{{% mizan_context %}} with context {contexts} gets {name!r} twice: by {name}=… and by"
                " from_query. Keep one."
            )


def _readers_that_require(name: str, groups: Iterable[Group]) -> str:
    readers = (each for group in groups for each in group.readers)
    found = [each.name for each in readers if name in each.parameters and each.parameters[name].required]
    return " and ".join(dict.fromkeys(found))


def taken_from_page(text: str, request: HttpRequest, outer: Outer | None) -> tuple[str, Texts]:
    """Return the list of parameters in its shortest form, and what the page's address has for them.

    Of a block of public contexts the page is unknown. What is inside one knows what that has of the address.
    """
    if outer is not None and isinstance(request, AnonymousRequest):
        query = outer.texts_by_key
    else:
        query = query_of_page(request)
    keys = keys_of(text)
    written = " ".join([name if name == key else f"{name}:{key}" for name, key in keys.items()])
    return written, _found((name, query.get(key, "")) for name, key in keys.items())


def texts_of_url(text: str, fields: Mapping[str, str]) -> Texts:
    """Return what the URL of a block has for these parameters, under their own names."""
    return _found((name, fields.get(name, "")) for name in keys_of(text))


def _found(given: Iterable[tuple[str, str]]) -> Texts:
    """Return the texts that are not empty, and that fit into a URL together; pages do the same."""
    room = MAX_CHARACTERS
    found = []
    for name, text in given:
        value = canonical(text)
        length = len(quote(value, safe=""))
        if 0 < length <= room:
            room -= length
            found.append((name, value))
    return tuple(found)


def with_fitting(
    given: Mapping[str, Any], groups: Iterable[Group], text: str, texts: Texts
) -> dict[str, Any]:
    """Return raw values with those of the page's address that fit each context that has the parameter."""
    keys, members = keys_of(text), [*groups]
    found = {name: value for name, value in given.items() if name not in keys}
    for name, value in texts:
        owners = [group for group in members if name in group.params]
        # No database stores a NUL.
        if owners and "\0" not in value and all(fits(group, name, value) for group in owners):
            found[name] = value
    return found


def without(shown: Iterable[Invalidation], text: str) -> tuple[Invalidation, ...]:
    """Return what a block shows, whatever the page's address: its default id depends on nothing else."""
    names = keys_of(text)
    return tuple(
        [
            Invalidation(each.context, tuple([pair for pair in each.params if pair[0] not in names]))
            for each in shown
        ]
    )

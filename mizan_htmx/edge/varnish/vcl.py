"""Compile the edge manifest to VCL for ``varnishd -f``, with Debian 12's Varnish 7.1.

``template.vcl`` is the part that all sites share, and explains how it works. This module writes the part that
depends on the manifest: the tags of each URL, and what a mutation without a response may have changed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any
from urllib.parse import quote

from mizan_htmx.protocol.cache_tags import subsets
from mizan_htmx.protocol.keys import is_name

#: The name of the listener that takes PURGEKEYS: ``varnishd -a purge=127.0.0.1:6082``.
DOOR = "purge"

# The number of generations that the tags with parameters share; each takes some 120 bytes of vsthrottle. With
# cached pages of 10,000 users, every seventh mutation of one user also purges those of another.
SLOTS = 65536

# Limit and period of a bucket. vsthrottle returns seconds / period * limit tokens, rounded down: with this
# period, 3e28 seconds, not one token in a million years.
_COUNTER = "999999999999999, 999999999999y * 1000000000.0"

_ORIGIN = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_PLACEHOLDER = re.compile(r"@([A-Z]+)@")
_PARAM = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")

# Characters that Django does not quote in a path: RFC 3986's sub-delims and "/~:@".
_BARE = "/~:@!$&'()*+,;="

_END = r"(?:\?|$)"
_QUOTE = '"'


def compile_vcl(manifest: Mapping[str, Any], *, origin: str, sockets: Sequence[str] = ("/ws/",)) -> str:
    """Return the VCL of a site whose server is at ``origin``, ``HOST:PORT``.

    Public contexts with a ``max_age`` are cached, and everything else is passed; ``sockets`` are the paths of
    WebSockets. Raises ValueError for an origin of another form and for a name outside the grammar.
    """
    address = _ORIGIN.fullmatch(origin)
    if address is None:
        raise ValueError(
            f"{origin!r} is not the address of a server. Write HOST:PORT, such as '127.0.0.1:8000'."
        )
    contexts = {name: each for name, each in sorted(manifest["contexts"].items()) if each.get("max_age")}
    _check_names(contexts)
    parts = {
        "CONTEXTS": "\n".join(_context(at, name, each) for at, (name, each) in enumerate(contexts.items())),
        "COUNTER": _COUNTER,
        "DOOR": DOOR,
        "EVERYTHING": _everything(contexts),
        "HOST": address["host"].strip("[]"),
        "MUTATIONS": _mutations(manifest["mutations"], contexts),
        "PORT": address["port"],
        "QUERIES": _queries(contexts),
        "SLOTS": str(SLOTS),
        "SOCKETS": "^(?:" + "|".join(map(_literal, sockets)) + ")" + _END if sockets else "(?!)",
        "URLS": _urls(contexts),
    }
    template = resources.files(__package__).joinpath("template.vcl").read_text(encoding="utf-8")
    return _PLACEHOLDER.sub(lambda each: parts[each[1]], template)


def _check_names(contexts: Mapping[str, Mapping[str, Any]]) -> None:
    names = [*contexts, *(param for each in contexts.values() for param in each["params"])]
    for name in names:
        if not is_name(name):
            raise ValueError(
                f"{name!r} is not a name. Use a letter or '_', then letters, digits, '_', '-' or '.'."
            )


def _text(text: str) -> str:
    """Return a VCL string: VCL has no escapes, but two kinds of quotes."""
    return f'{{"{text}"}}' if '"' in text else f'"{text}"'


def _context(at: int, name: str, context: Mapping[str, Any]) -> str:
    """Return the subroutine that sets tags and numbers from the values in a URL."""
    tags = [_tag(name, chosen) for chosen in subsets(context["params"])]
    numbers = [_number(tag, scoped=bool(place)) for place, tag in enumerate(tags)]
    between = f"\n        + {_text(f'{_QUOTE}, {_QUOTE}')} + "
    lines = (
        f"# {name}",
        f"sub mizan_context_{at} {{",
        f"    set req.http.X-Mizan-Groups = {_text(_QUOTE)} + {between.join(tags)} + {_text(_QUOTE)};",
        '    set req.http.X-Mizan-Generations = ""',
        "\n".join(f'        + {number} + ","' for number in numbers) + ";",
        "}",
        "",
    )
    return "\n".join(lines)


def _tag(name: str, params: Sequence[str]) -> str:
    if not params:
        return _text(name)
    return f"{_text(name + ';')} + " + ' + ";" + '.join(f'var.get("mizan.{param}")' for param in params)


def _number(tag: str, *, scoped: bool) -> str:
    key = f'"" + (mizan_slots.key({tag}) % {SLOTS})' if scoped else tag
    return f"vsthrottle.remaining({key}, {_COUNTER})"


def _everything(contexts: Mapping[str, Any]) -> str:
    names = [f"    if (vsthrottle.is_denied({_text(name)}, {_COUNTER})) {{ }}" for name in contexts]
    return "\n".join((*names, f"    set req.http.X-Mizan-Purged = xkey.purge({_text(', '.join(contexts))});"))


def _mutations(mutations: Mapping[str, Mapping[str, Any]], contexts: Mapping[str, Any]) -> str:
    """Return which contexts may be stale after a request to a mutation's URL that had no response."""
    affected: dict[str, set[str]] = {}
    for mutation in mutations.values():
        for endpoint in mutation.get("endpoints", ()):
            affected.setdefault(endpoint, set()).update(set(mutation["affects"]) & contexts.keys())
    lines: list[str] = []
    for endpoint, names in sorted(affected.items()):
        if not names:
            continue
        more = _text("".join(f", {name}" for name in sorted(names)))
        lines += (
            f"    if (req.url ~ {_text('^' + _path(endpoint) + _END)}) {{",
            f"        set req.http.X-Mizan-Stale = req.http.X-Mizan-Stale + {more};",
            "    }",
        )
    return "\n".join(lines)


def _urls(contexts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the choice by URL. URLs with fewer values come first: ``/profile/new/`` is not a profile."""
    found = [
        (len(_PARAM.findall(pattern)), pattern, at, context["params"])
        for at, context in enumerate(contexts.values())
        for pattern in _patterns(context)
    ]
    branches = ["\n".join(_branch(at, pattern, params)) for _, pattern, at, params in sorted(found)]
    return "        " + " els".join(branches)


def _patterns(context: Mapping[str, Any]) -> Iterator[str]:
    """Yield the URL patterns of a context: its endpoint, its blocks beside it, and its pages."""
    for endpoint in context["endpoints"]:
        yield endpoint
        mount, _, name = endpoint.removesuffix("/").rpartition("/ctx/")
        yield f"{mount}/partial/{name}/"
    yield from context.get("blocks", ())
    yield from context["views"]


def _branch(at: int, pattern: str, params: Sequence[str]) -> Iterator[str]:
    in_path = _PARAM.findall(pattern)
    yield f"if (req.url ~ {_text('^' + _path(pattern) + _END)}) {{"
    for param in params:
        if param in in_path:
            group = _group(in_path.index(param) + 1)
            value = f"regsub(req.url, {_text('^' + _path(pattern) + '.*$')}, {group})"
            yield f"            {_set(param, value)}"
        else:
            yield f"            call {_from_query(param)};"
    yield f"            call mizan_context_{at};"
    yield "        }"


def _queries(contexts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a subroutine for each parameter that may be in the query of a URL."""
    params = {
        param
        for context in contexts.values()
        for pattern in _patterns(context)
        for param in {*context["params"]}.difference(_PARAM.findall(pattern))
    }
    return "\n".join(_query(param) for param in sorted(params))


def _query(param: str) -> str:
    # If a name is repeated, Django takes the last value; "+" is a space.
    given = _text(rf"^[^?]*\?(?:.*&)?{re.escape(param)}=([^&]*).*$")
    value = f"regsub(req.url, {given}, {_group(1)})"
    blanks = rf'regsuball({value}, "\+", "%20")'
    lines = (
        f"sub {_from_query(param)} {{",
        f'    var.set("mizan.{param}", {_text(param)});',
        f"    if (req.url ~ {given}) {{",
        f"        {_set(param, blanks)}",
        "    }",
        "}",
        "",
    )
    return "\n".join(lines)


def _group(number: int) -> str:
    return f'"\\{number}"'


def _from_query(param: str) -> str:
    """Return the name of a parameter's subroutine: VCL allows no dot, so dots and hyphens are escaped."""
    return "mizan_query_" + param.replace("-", "-m").replace(".", "-d")


def _set(param: str, value: str) -> str:
    """Return the VCL that stores a value in its canonical spelling."""
    canonical = f"blob.transcode(decoding=URL, encoding=URL, case=UPPER, encoded={value})"
    return f'var.set("mizan.{param}", {_text(param + "=")} + {canonical});'


def _path(pattern: str) -> str:
    """Return a manifest's pattern as a regular expression with a group for each value."""
    literals = _PARAM.split(pattern)[::2]
    return "([^/?]+)".join(map(_literal, literals))


def _literal(path: str) -> str:
    """Return a piece of a path, quoted as in a URL and escaped for the regular expression."""
    return re.escape(quote(path, safe=_BARE))

"""How attributes are written into HTML."""

from collections.abc import Iterable
from html import escape


def attributes_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Write attributes, each with a space before it; their text is escaped, however safe it claims to be."""
    # html.escape is what Django's escape() calls, without its detour for lazy texts.
    return "".join([f' {name}="{escape(text)}"' for name, text in pairs])

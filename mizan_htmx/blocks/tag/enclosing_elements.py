"""A check for elements around a block in which the HTML parser does not leave the block's wrapper.

It looks at the text in front of the tag, and complains only where nothing else can be in between; what a
template includes, extends or loops over is known to the page alone (``placement``).
"""

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from django.conf import settings
from django.template import TemplateSyntaxError
from django.template.base import Lexer, Parser, Token, TokenType

from mizan_htmx.internals import source_before

# What may begin in an element (HTML, section 13.2.6.4, "in table" and following), and what to write instead.
_IN_BODY = frozenset({"tr", "td", "th", "template"})
_IN_SELECT = frozenset({"option", "optgroup", "hr", "button", "template"})
_ALLOWED = {
    "table": _IN_BODY | {"caption", "col", "colgroup", "tbody", "thead", "tfoot"},
    "tbody": _IN_BODY,
    "thead": _IN_BODY,
    "tfoot": _IN_BODY,
    "tr": frozenset({"td", "th", "template"}),
    "colgroup": frozenset({"col", "template"}),
    "select": _IN_SELECT,
}
_INSTEAD = {"table": "tbody", "tbody": "tr", "thead": "tr", "tfoot": "tr", "tr": "td", "select": "optgroup"}

# Tags that write nothing where they begin.
_SILENT = frozenset(
    {"block", "for", "if", "ifchanged", "language", "load", "localize", "localtime", "timezone", "with"}
)


def check_enclosing_element(parser: Parser, token: Token, tag: str | None) -> None:
    """Raise TemplateSyntaxError, under ``DEBUG``, for a wrapper that would not stay where its tag stands.

    ``tag`` is the element of the wrapper; ``None`` if that is known later.
    """
    if tag is None or not settings.DEBUG:
        return
    source = source_before(parser, token)
    around = None if source is None else _innermost(Lexer(source).tokenize())
    if around not in _ALLOWED or tag.lower() in _ALLOWED[around]:
        return
    fate = "leave out" if around == "select" else "move out of it"
    whole = "select" if around == "select" else "table"
    way = f'Write tag="{_INSTEAD[around]}", or put' if around in _INSTEAD else "Put"
    raise TemplateSyntaxError(
        f"{{% mizan_context %}} is in a <{around}>, and its wrapper is a <{tag}>, which browsers {fate}."
        f" {way} the block around the <{whole}>."
    )


def _innermost(tokens: Sequence[Token]) -> str | None:
    """Return the element whose start tag is the last thing that these tokens write; ``None`` if unsure."""
    written = [*tokens]
    while written and _is_silent(written[-1]):
        written.pop()
    if not written:
        return None
    last = written[-1]
    if last.token_type is TokenType.BLOCK and last.split_contents()[0] == "mizan_context":
        return _wrapper_of(last)
    if last.token_type is not TokenType.TEXT:
        return None
    return _LastTag("".join(_texts(written))).name


def _is_silent(token: Token) -> bool:
    if token.token_type is TokenType.BLOCK:
        return token.split_contents()[0] in _SILENT
    return token.token_type is TokenType.COMMENT or (
        token.token_type is TokenType.TEXT and not token.contents.strip()
    )


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the text of a template, in which "x" stands for what its tags write."""
    for token in tokens:
        if token.token_type is TokenType.TEXT:
            yield token.contents
        elif token.token_type is not TokenType.COMMENT:
            yield "x"


def _wrapper_of(token: Token) -> str | None:
    """Return the element of a block in which another one begins; ``None`` if its tag does not say it."""
    bits = token.split_contents()
    if any(bit.startswith("partial=") for bit in bits):
        return None
    given = next((bit.removeprefix("tag=") for bit in bits if bit.startswith("tag=")), "'div'")
    is_literal = given[0] in "\"'" and given[0] == given[-1]
    return given[1:-1].lower() if is_literal else None


class _LastTag(HTMLParser):
    """Finds the start tag with which a text ends: ``name`` is ``None`` if it ends with anything else."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.name: str | None = None
        self._is_text = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it, but not in a field, whose content is text."""
        self._is_text = self._is_text or tag in ("textarea", "title")
        self.name = None if self._is_text else tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take ``<tr/>`` as browsers do."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Forget what has ended."""
        self._is_text = self._is_text and tag not in ("textarea", "title")
        self.name = None

    def handle_data(self, data: str) -> None:
        """Forget what has content, other than space."""
        if data.strip():
            self.name = None

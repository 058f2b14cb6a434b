"""The author's own element in place of a wrapper: ``<section {% mizan_attributes %}>…</section>``.

While the block renders, a mark is in the place of its attributes, because the version and the hash are known
only afterwards. If a reader refuses, the element is shown with what of it is written out in the template.
"""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from django.conf import settings
from django.template import Context, NodeList, TemplateSyntaxError
from django.template.base import Node, Parser, TextNode, Token
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.element.html_attributes import VOID
from mizan_htmx.blocks.element.tag_attributes import is_at_first, is_reserved
from mizan_htmx.internals import nodelists_of, open_tag_names

#: In the place of the attributes. What visitors have written is escaped, and so never is this.
MARK = "<mizan-attributes>"

# Stands for a node in the literal text of a template.
_NODE = "\0"

# A comment ends at its first "-->": else there were twice as many ways to match for each one more.
_BLANK = r"(?:[\s\0]|<!--(?:(?!-->).)*-->)*"
_REST = r"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_BEFORE = re.compile(rf"{_BLANK}<([A-Za-z][^\s/>\0]*)({_REST})", re.DOTALL)
_IN_START_TAG = re.compile(rf".*<[A-Za-z]{_REST}", re.DOTALL)
_AFTER = re.compile(rf"({_REST})>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")

_EXAMPLE = "<section {% mizan_attributes %}>"


def mizan_attributes(parser: Parser, token: Token) -> Node:
    """Write the block's attributes into the start tag of its one element: ``<li {% mizan_attributes %}>``."""
    if len(token.split_contents()) > 1:
        raise TemplateSyntaxError(
            f"{{% mizan_attributes %}} takes no arguments, but has {token.contents!r}. Write attributes into"
            " the start tag, or into {% mizan_context %}."
        )
    around = next(iter(open_tag_names(parser)[-2:-1]), "")
    if around in ("placeholder", "refused", "gone"):
        raise TemplateSyntaxError(
            f"{{% mizan_attributes %}} is in {{% {around} %}}, which is shown inside the block's element."
            f" Write {_EXAMPLE} once, for the block itself."
        )
    return AttributesNode()


class BlockNode(Node):
    """The node of a block; one inside of another block has an element of its own."""


class AttributesNode(Node):
    """The place of the block's attributes."""

    def render(self, context: Context) -> SafeString:
        """Render the mark."""
        if getattr(context, "block_id", None) is None:
            raise TemplateSyntaxError(
                "{% mizan_attributes %} is outside of a block. It writes the attributes of the"
                " {% mizan_context %} around it."
            )
        return mark_safe(MARK)


class RootElement(NamedTuple):
    """An element in a template that is a block.

    ``literal`` are those of its attributes that are written out, ``names`` the names of all.
    """

    name: str
    literal: str
    names: tuple[str, ...]

    def around(self, attributes: str, inner: str) -> str:
        """Return the element with the block's attributes and other content than the template's."""
        end = "" if self.name.lower() in VOID else f"{inner}</{self.name}>"
        return f"<{self.name}{attributes}{self.literal}>{end}"


def find_root(nodelist: NodeList) -> RootElement | None:
    """Return the element of a block that has ``{% mizan_attributes %}``, or ``None``.

    Raise TemplateSyntaxError if it can't be the block's one element. Blocks inside have their own.
    """
    marks = list(_marks_in(nodelist))
    if not marks:
        return None
    if len(marks) > 1:
        raise TemplateSyntaxError(
            f"A block has more than one {{% mizan_attributes %}}. Keep one: {_EXAMPLE}."
        )
    before, within, after = "", nodelist, ""
    while not any(node is marks[0] for node in within):
        at, inner = _next_level(within, marks[0])
        before, after = before + _literal(within[:at]), _literal(within[at + 1 :]) + after
        within = inner
    at = next(at for at, node in enumerate(within) if node is marks[0])
    return _root(before, _literal(within[:at]), _literal(within[at + 1 :]), after)


def _marks_in(nodelist: NodeList) -> Iterator[Node]:
    for node in nodelist:
        if isinstance(node, AttributesNode):
            yield node
        elif not isinstance(node, (TextNode, BlockNode)):
            for inner in nodelists_of(node):
                yield from _marks_in(inner)


def _next_level(nodelist: NodeList, mark: Node) -> tuple[int, NodeList]:
    """Return which node of a list contains the mark, and the list inside of that."""
    for at, node in enumerate(nodelist):
        if not isinstance(node, (TextNode, BlockNode)):
            for inner in nodelists_of(node):
                if any(each is mark for each in _marks_in(inner)):
                    return at, inner
    raise AssertionError("The mark has been found before.")


def _literal(nodes: list[Node]) -> str:
    return "".join([node.s if isinstance(node, TextNode) else _NODE for node in nodes])


def _root(around: str, before: str, after: str, behind: str) -> RootElement:
    start = _BEFORE.fullmatch(before)
    if start is None or not re.fullmatch(_BLANK, around, re.DOTALL):
        raise _misplaced(before)
    end = _AFTER.match(after)
    if end is None:
        raise _misplaced("")
    name, written = start[1], f"{start[2]} {end[1]}"
    _check_end(name, end[1], after[end.end() :] + behind)
    pairs = [(each[1], each[0]) for each in _ATTRIBUTE.finditer(written) if _NODE not in each[1]]
    literal = "".join([f" {text}" for _, text in pairs if _NODE not in text])
    return RootElement(name, literal, tuple([each.lower() for each, _ in pairs]))


def _misplaced(before: str) -> TemplateSyntaxError:
    if _IN_START_TAG.fullmatch(before):
        return TemplateSyntaxError(
            "{% mizan_attributes %} is not in the first element of its block. A block is one element, with"
            " nothing beside it."
        )
    return TemplateSyntaxError(
        f"{{% mizan_attributes %}} must be in a start tag, directly in the block: {_EXAMPLE}."
    )


def _check_end(name: str, start: str, rest: str) -> None:
    if name.lower() in ("script", "style"):
        raise TemplateSyntaxError(f"<{name} {{% mizan_attributes %}}> can't contain a block.")
    if name.lower() in VOID or (start.endswith("/") and not rest.strip()):
        is_alone = re.fullmatch(_BLANK, rest, re.DOTALL) is not None
    else:
        end = re.compile(rf"(.*)</{re.escape(name)}\s*>{_BLANK}", re.DOTALL | re.IGNORECASE)
        is_alone = end.fullmatch(rest) is not None
    if not is_alone:
        raise TemplateSyntaxError(
            f"<{name} {{% mizan_attributes %}}> is not the only element of its block, or has no end tag."
            f" Put everything into <{name}>…</{name}>."
        )


def check_element(root: RootElement, given: Collection[str]) -> None:
    """Raise TemplateSyntaxError for what the element can't have, ``given`` being what the block's tag has."""
    written = f"<{root.name} {{% mizan_attributes %}}>"
    if "tag" in given:
        raise TemplateSyntaxError(
            f"The block's element is {written}. Leave tag=… out of {{% mizan_context %}}."
        )
    for name in root.names:
        if name == "id" or name in given or is_at_first(name):
            raise TemplateSyntaxError(
                f"{written} has {name!r}, which {{% mizan_attributes %}} writes for the block. Write"
                f" {name}=… in {{% mizan_context %}} alone."
            )
        if is_reserved(name):
            raise TemplateSyntaxError(
                f"{written} has {name!r}, by which the block is refreshed or would not be. Put it on an"
                " element inside of the block, or around it."
            )
    twice = sorted({name for name in root.names if root.names.count(name) > 1})
    if twice:
        raise TemplateSyntaxError(f"{written} has {twice[0]!r} twice. Keep one.")


def fill(inner: str, attributes: str) -> str:
    """Return content with the block's attributes, which begin with a space, in place of the mark.

    Space around the element and comments before it are left out. Raise TemplateSyntaxError where the mark is
    not in the start tag of the first element.
    """
    before, _, after = inner.partition(MARK)
    if MARK in after:
        raise TemplateSyntaxError(
            f"A block has rendered {{% mizan_attributes %}} twice. Keep one: {_EXAMPLE}."
        )
    start = _BEFORE.fullmatch(before)
    if start is None:
        raise _misplaced(before)
    before = before[start.start(1) - 1 :]
    if before[-1].isspace():
        attributes = attributes[1:]
    gap = "" if after[:1].isspace() or after[:1] in (">", "/") else " "
    whole = f"{before}{attributes}{gap}{after.rstrip()}"
    if settings.DEBUG:
        _OneElement(whole).check()
    return whole


class _OneElement(HTMLParser):
    """Checks that a block is one element, each attribute of which stands there once."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self._names: list[str] = []
        self._root = ""
        self._beside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._open and self._root:
            self._beside = self._beside or f"<{tag}>"
        if not self._root:
            self._root, self._names = tag, [name for name, _ in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._open and tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._open and data.strip():
            self._beside = self._beside or repr(data.strip()[:40])

    def check(self) -> None:
        """Raise TemplateSyntaxError if not."""
        if self._beside:
            raise TemplateSyntaxError(
                f"<{self._root} {{% mizan_attributes %}}> is not the only element of its block:"
                f" {self._beside} is beside it. Put everything into <{self._root}>…</{self._root}>."
            )
        twice = [name for name in self._names if self._names.count(name) > 1]
        if twice:
            raise TemplateSyntaxError(
                f"<{self._root} {{% mizan_attributes %}}> has {twice[0]!r} twice: it is written there for the"
                " block. Write it in {% mizan_context %} alone."
            )

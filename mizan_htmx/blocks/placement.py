"""Checks under ``DEBUG`` of where blocks stand: each id once, each wrapper where its template has it.

Two blocks of one page with one id are an error of the template. Where a wrapper may stand only the browser's
parser knows, so in a page that a browser loads each block has two comments, by which the page's script finds
what the parser has moved: one in front of the wrapper, one at the end of its content.

    <!--mizan me tr--><tr id="me" …>…<!--/mizan me tr--></tr>
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template import Context, TemplateSyntaxError
from django.template.base import Node
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.block import Block
from mizan_htmx.blocks.scope.page_variables import place_of

_MARK = re.compile(r"<!--/?mizan [\w-]+ [\w-]+-->", re.ASCII)
_DOCUMENTS = ("document", "iframe", "frame")
_START = re.compile(r"\s*<([A-Za-z][\w-]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page, or another text, that is being rendered, and the ids of its blocks.

    ``is_document``: a browser loads it as a page. A script may have asked for anything else, and put it where
    it fits. ``tags`` has the tag of each id, and whether that names the id.
    """

    is_document: bool
    tags: dict[str, tuple[str, bool]] = field(default_factory=dict)
    #: How many blocks there were when each block began that is being rendered, the innermost one last.
    counts: list[int] = field(default_factory=list)

    def begin(self, block: Block, node: Node, *, is_named: bool) -> None:
        """Place a block; raise TemplateSyntaxError if another one has its id, and a tag names that."""
        written = f"{{% {node.token.contents} %}}" if node.token is not None else "a block"
        tag = written + place_of(node)
        known, was_named = self.tags.get(block.id, ("", False))
        if known and (is_named or was_named):
            raise TemplateSyntaxError(
                f"Two blocks of this page have the id {block.id!r}: {known} and {tag}. Refreshes would"
                " replace the first of them only. Give each an id of its own, or leave it out."
            )
        self.tags[block.id] = tag, is_named
        self.counts.append(len(self.tags))

    def forget_content(self) -> None:
        """Forget the blocks in the innermost block, whose content is not shown."""
        while len(self.tags) > self.counts[-1]:
            self.tags.popitem()


# The page around the block that is being rendered; ``None`` outside of blocks, and on a refresh.
_around: ContextVar[PlacedPage | None] = ContextVar("mizan_placed_page", default=None)


def forget_content() -> None:
    """Forget the blocks in the content of the block that is being rendered."""
    page = _around.get()
    if page is not None:
        page.forget_content()


@contextmanager
def placed(
    block: Block, node: Node, context: Context, request: HttpRequest, *, own_id: object
) -> Iterator[PlacedPage | None]:
    """Place a block on the page that a template is rendered for; ``None`` where nothing is checked.

    ``own_id`` is the id that its tag names, if any. An answer to htmx may have a block twice, in its content
    and out of band, say.
    """
    page = _page_of(context, request)
    if page is not None:
        page.begin(block, node, is_named=own_id is not None and str(own_id) == block.id)
    token = _around.set(page)
    try:
        yield page
    finally:
        _around.reset(token)
        if page is not None:
            page.counts.pop()


def _page_of(context: Context, request: HttpRequest) -> PlacedPage | None:
    if hasattr(context, "block_id"):  # inside a block
        return _around.get()
    if "HTTP_HX_REQUEST" in request.META:
        return None
    # What a template includes has this dictionary in common with it, and what is rendered apart has not.
    shared: Any = context.render_context.dicts[0]
    if PlacedPage not in shared:
        shared[PlacedPage] = PlacedPage(request.META.get("HTTP_SEC_FETCH_DEST") in _DOCUMENTS)
    found: PlacedPage = shared[PlacedPage]
    return found


def marked(html: SafeString, block: Block, page: PlacedPage | None) -> SafeString:
    """Return the HTML of a block with the comments that the page's script looks at."""
    if page is None or not page.is_document:
        return html
    start = _START.match(html)
    head, end, tail = html.rpartition("</")
    if start is None or not end:
        return html
    name = f"mizan {block.id} {start[1]}"
    return mark_safe(f"<!--{name}-->{head}<!--/{name}-->{end}{tail}")


def without_marks(html: str) -> str:
    """Return HTML as a refresh would render it, without these comments."""
    return _MARK.sub("", html)

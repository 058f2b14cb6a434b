"""Checks for tags around a block that would change its content at first, but not on a refresh."""

from inspect import currentframe

from django.conf import settings
from django.template import TemplateSyntaxError
from django.template.base import Node, Parser
from django.template.defaulttags import (
    AutoEscapeControlNode,
    FilterNode,
    SpacelessNode,
    autoescape,
    do_filter,
    spaceless,
)

from mizan_htmx.internals import function_of_tag, open_tag_names, tag_of

# Django's own, under any name, and those of well-known packages.
_FUNCTIONS = (autoescape, do_filter, spaceless)
_NODES = (AutoEscapeControlNode, FilterNode, SpacelessNode)
_NAMES = frozenset({"autoescape", "compress", "filter", "htmlmin", "markdown", "minify", "spaceless"})


def enclosing_tags(parser: Parser) -> frozenset[str]:
    """Return the tags around a block; raise TemplateSyntaxError for one that changes the block's content."""
    names = open_tag_names(parser)
    for name in names:
        if name in _NAMES or function_of_tag(parser, name) in _FUNCTIONS:
            raise _syntax_error(name)
    return frozenset(names)


def check_enclosing_nodes(node: Node) -> None:
    """Check the nodes that are rendering around a block, under ``DEBUG``, in all templates of the page.

    Raise TemplateSyntaxError for one that changes the block's content. Only Python's call stack knows the
    nodes of templates that include or extend the block's.
    """
    if not settings.DEBUG:
        return
    frame = currentframe()
    while frame is not None:
        around = frame.f_locals.get("self") if frame.f_code.co_name == "render" else None
        if isinstance(around, Node) and around is not node:
            if type(around) is type(node):  # has been checked itself, and refreshes this block with it
                return
            name = tag_of(around)
            if isinstance(around, _NODES) or name in _NAMES:
                raise _syntax_error(name)
        frame = frame.f_back


def _syntax_error(name: str) -> TemplateSyntaxError:
    return TemplateSyntaxError(
        f"{{% {name} %}} encloses a {{% mizan_context %}}. It would change the block's first rendering, but"
        f" not its refreshes. Put {{% {name} %}} inside the block."
    )

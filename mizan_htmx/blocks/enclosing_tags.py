"""Tags around a block that change what it renders: they would at first, and not on a refresh."""

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

# Django's own, under whatever name, and what well-known packages have.
_FUNCTIONS = (autoescape, do_filter, spaceless)
_NODES = (AutoEscapeControlNode, FilterNode, SpacelessNode)
_NAMES = frozenset({"autoescape", "compress", "filter", "htmlmin", "markdown", "minify", "spaceless"})


def open_tags(parser: Parser) -> frozenset[str]:
    """Name the tags around a block; raise TemplateSyntaxError for one that changes what the block renders."""
    names = open_tag_names(parser)
    for name in names:
        if name in _NAMES or function_of_tag(parser, name) in _FUNCTIONS:
            raise _refused(name)
    return frozenset(names)


def check_around(node: Node) -> None:
    """Do as ``open_tags``, under DEBUG, for the templates that include or extend the block's.

    Which nodes are rendering is known to nobody but Python: each calls the next one.
    """
    if not settings.DEBUG:
        return
    frame = currentframe()
    while frame is not None:
        around = frame.f_locals.get("self") if frame.f_code.co_name == "render" else None
        if isinstance(around, Node) and around is not node:
            if type(around) is type(node):  # was checked for itself, and refreshes this one with it
                return
            name = tag_of(around)
            if isinstance(around, _NODES) or name in _NAMES:
                raise _refused(name)
        frame = frame.f_back


def _refused(name: str) -> TemplateSyntaxError:
    return TemplateSyntaxError(
        f"{{% {name} %}} stands around a {{% mizan_context %}}. It would change what the block shows at"
        f" first, and not what a refresh brings. Put {{% {name} %}} inside of the block."
    )

"""What a block shows in place of its content: ``{% placeholder %}``, ``{% refused %}`` and ``{% gone %}``.

The first until a lazy block is loaded, the second where its readers refuse this visitor, the third where what
they read is not there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, NodeList, TemplateSyntaxError
from django.template.base import Node, Parser, Token
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.element.html_attributes import VOID
from mizan_htmx.errors import DENIED, GONE, REFUSED, is_by_auth
from mizan_htmx.internals import open_tag_names
from mizan_htmx.rendering.partials import Partial, unnamed_partial

_OPEN, _CLOSE, _EMPTY = "<!-- mizan: ", " -->", "This block is empty, because "

# In these a browser shows a comment as text.
_TEXT_ONLY = frozenset({"iframe", "noembed", "noframes", "noscript", "plaintext", "textarea", "title", "xmp"})


class FallbackNode(Node):
    """The content of one of these tags. It renders nothing where the block itself is rendered."""

    def __init__(self, tag: str, nodelist: NodeList, partial: Partial) -> None:
        self.tag = tag
        self.nodelist = nodelist
        self.partial = partial

    def render(self, context: Context) -> SafeString:
        """Render nothing, because the block itself is being rendered."""
        return mark_safe("")


def _fallback(tag: str, purpose: str) -> Callable[[Parser, Token], Node]:
    """Return the compile function of such a tag."""

    def compile_tag(parser: Parser, token: Token) -> Node:
        if len(token.split_contents()) > 1:
            raise TemplateSyntaxError(f"{{% {tag} %}} takes no arguments, but has {token.contents!r}.")
        around = next(iter(open_tag_names(parser)[-2:-1]), None)
        if around != "mizan_context":
            raise TemplateSyntaxError(
                f"{{% {tag} %}} must be directly inside {{% mizan_context %}}"
                + (f", not in {{% {around} %}}." if around else ".")
            )
        nodelist = parser.parse((f"end{tag}",))
        parser.delete_first_token()
        return FallbackNode(tag, nodelist, unnamed_partial(parser, nodelist, tag))

    compile_tag.__name__ = tag
    compile_tag.__doc__ = f"{purpose}: ``{{% {tag} %}}…{{% end{tag} %}}``."
    return compile_tag


placeholder = _fallback("placeholder", "Show this until a lazy block is loaded")
refused = _fallback("refused", "Show this where a reader of the block refuses the visitor")
gone = _fallback("gone", "Show this where what a reader of the block reads is not there")


def fallbacks_in(nodelist: NodeList) -> Mapping[str, Partial]:
    """Return the fallbacks of a block by tag; raise TemplateSyntaxError for two of one kind."""
    found: dict[str, Partial] = {}
    for node in nodelist:
        if isinstance(node, FallbackNode):
            if node.tag in found:
                raise TemplateSyntaxError(
                    f"A {{% mizan_context %}} has more than one {{% {node.tag} %}}. Keep one."
                )
            found[node.tag] = node.partial
    return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a block has no content: ``tag`` is that of the fallback for it, ``reason`` is for developers."""

    tag: str
    reason: str


LOGIN_REQUIRED = Refusal("refused", "the site requires login")


def refusal_of(failure: Exception, reader: str, fallbacks: Mapping[str, Partial]) -> Refusal | None:
    """Return what a reader's exception means for a block; ``None`` for one that fails the page.

    What ``auth`` raises is a refusal, also where it says that a thing is not there: else a visitor who may
    not see the thing could learn whether it exists. ``ObjectDoesNotExist`` may be a mistake in a reader's
    body, so it fails the page of a block that does not say what to show instead of its content.
    """
    text = str(failure).rstrip(".")
    reason = f"{reader!r} raised {type(failure).__name__}" + (f": {text}" if text else "")
    if isinstance(failure, REFUSED) or (isinstance(failure, GONE) and is_by_auth(failure)):
        return Refusal("refused", reason)
    has_any = not fallbacks.keys().isdisjoint(("refused", "gone"))
    if isinstance(failure, DENIED) or (has_any and isinstance(failure, ObjectDoesNotExist)):
        return Refusal("gone", reason)
    return None


def comment_on(refusal: Refusal, tag: str) -> str:
    """Return an HTML comment that says to developers why a block is empty; ``tag`` is its element."""
    if tag.lower() in _TEXT_ONLY or tag.lower() in VOID:
        return ""
    way = f"{{% {refusal.tag} %}}…{{% end{refusal.tag} %}} in the block would be shown here."
    # Two hyphens might end the comment.
    text = re.sub("-(?=-)", "- ", f"{_EMPTY}{refusal.reason}. {way}")
    return f"{_OPEN}{text}{_CLOSE}"


def reason_in(inner: str) -> str | None:
    """Return what such a comment says, if it is the content of a block."""
    return inner[len(_OPEN) : -len(_CLOSE)] if inner.startswith(f"{_OPEN}{_EMPTY}") else None

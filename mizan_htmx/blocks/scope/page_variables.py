"""``MIZAN_STRICT``: an error for a variable that the page has, and that a block was not given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from inspect import currentframe
from typing import Any

from django.template import Context, TemplateSyntaxError
from django.template.base import Node

from mizan_htmx.blocks.scope.parameters import undecided_in
from mizan_htmx.blocks.scope.passed_values import CannotPass, passed
from mizan_htmx.blocks.scope.passing import reader_of
from mizan_htmx.blocks.scope.reader_results import LazyResults
from mizan_htmx.internals import layers_of, node_around, variable_asked_for

# What views pass themselves where the template engine does not have the context processor.
_PROCESSORS = {
    "request": "django.template.context_processors.request",
    "user": "django.contrib.auth.context_processors.auth",
    "perms": "django.contrib.auth.context_processors.auth",
    "messages": "django.contrib.messages.context_processors.messages",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a block where it is rendered as part of a page: the context there, and the block's tag.

    ``words`` are those that are the tag's own, also after ``with``.
    """

    context: Context
    node: Node
    contexts: tuple[str, ...]
    words: Collection[str]


class ProcessorValues(dict[str, Any]):
    """The values of the context processors, which a block has, too."""


class PageVariables(dict[str, Any]):
    """The last layer of a block's context, which is empty: it raises what a template must be told.

    It is reached only by a name that no other layer has. What a tag's own code looks up is never an error,
    by ``context.get("x")`` or ``"x" in context``, since it can do without.
    """

    def __init__(self, around: Around, results: LazyResults) -> None:
        super().__init__()
        self._around = around
        self._results = results

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):  # a tag has written into the layer
            return True
        variable = variable_asked_for(currentframe())
        if variable is not None and isinstance(name, str):
            self.check(name, variable, node_around(currentframe()))
        return False

    def holder(self, name: str) -> Mapping[str, Any] | None:
        """Return the layer of the page that has a variable: around this block, or around one around it."""
        layer: Mapping[str, Any]
        for layer in reversed(layers_of(self._around.context)):
            if isinstance(layer, PageVariables):
                return layer.holder(name)
            if not isinstance(layer, ProcessorValues) and name in layer:
                return layer
        return None

    def refuses(self, name: str) -> bool:
        """Return whether ``check`` raises for a name."""
        return name in undecided_in(self._around.contexts) or self.holder(name) is not None

    def check(self, name: str, variable: str, node: Node | None) -> None:
        """Raise TemplateSyntaxError for a name that the block lacks and the page has.

        ``variable`` is what the template has, such as ``title.text``; ``node`` is the tag that it is in.
        """
        why = undecided_in(self._around.contexts).get(name)
        holder = None if why else self.holder(name)
        if holder is not None:
            why = (
                "is a variable of the page. A block has its parameters, its readers and what 'with' passes,"
                f" because a refresh has no page. {self._way_out(name, variable, holder)}"
            )
        if why:
            error = TemplateSyntaxError(f"{variable!r}{place_of(node)} {why}")
            # A condition such as {% if a and b %} swallows what is raised.
            self._results.failure = self._results.failure or error
            raise error

    def _way_out(self, name: str, variable: str, holder: Mapping[str, Any]) -> str:
        """Return what to write, without running a reader of the block around."""
        if name == "block":
            return "Put what a parent template shows, {{ block.super }}, outside of the block."
        if name in _PROCESSORS:
            return f"Blocks have it if the template engine has the context processor {_PROCESSORS[name]!r}."
        if isinstance(holder, LazyResults):
            return f"Pass it: {self._tag_with(name, name)}, or name its context in that tag, too."
        value, last = holder[name], variable.rpartition(".")[2]
        try:
            passed(None if callable(value) else value)
        except CannotPass as error:
            reader = reader_of(name, name, error, self._around.contexts)
            if not reader and last != name and last.isidentifier():
                return f"Pass the value in it, and use {{{{ {last} }}}}: {self._tag_with(last, variable)}."
            return f"It can't be passed. {reader or 'Let a reader return it.'}"
        if name in self._around.words:
            return f"Pass it, and use {{{{ own_{name} }}}}: {self._tag_with(f'own_{name}', name)}."
        return f"Pass it: {self._tag_with(name, name)}."

    def _tag_with(self, name: str, written: str) -> str:
        node = self._around.node
        bits = node.token.split_contents() if node.token is not None else []
        given = f"{name}={written}"
        if "with" in bits:
            bits.insert(bits.index("with") + 1, given)
        else:
            at = len(bits) - 2 if bits[-2:-1] == ["as"] else len(bits)
            bits[at:at] = ["with", given]
        return f"{{% {' '.join(bits)} %}}{place_of(node)}"


def place_of(node: Node | None) -> str:
    """Return where a tag is in which template, in brackets after a space; "" if that is not known."""
    if node is None or node.token is None or node.origin is None:
        return ""
    return f" (line {node.token.lineno} of {node.origin.template_name or node.origin.name!s})"

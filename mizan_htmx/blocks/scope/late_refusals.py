"""Refusals that are raised late: not by a reader, but while a template uses what it returned.

A queryset asks the database when a template iterates it. Where that happens in a condition, as in
``{% if not movies %}``, Django makes any exception false. So the conditions of the templates that a block
renders note a refusal before.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from django.template import Context, NodeList
from django.template.context import RenderContext
from django.template.defaulttags import IfNode
from django.template.smartif import TokenBase

from mizan_htmx.internals import function_of_operator

# Set on the nodes of a template whose conditions note refusals.
_IS_PREPARED = "_mizan_notes_refusals"


class NotingContext(RenderContext):
    """A render context that prepares each template, also an included or extended one, before it is rendered.

    ``note`` is called with each exception that a condition would swallow.
    """

    def __init__(self, note: Callable[[Exception], None]) -> None:
        super().__init__()
        self.note = note

    def push_state(self, template: Any, isolated_context: bool = True) -> AbstractContextManager[None]:
        """Enter a template."""
        _prepare(template.nodelist)
        return super().push_state(template, isolated_context)


def _prepare(nodelist: NodeList) -> None:
    if hasattr(nodelist, _IS_PREPARED):
        return
    for node in nodelist.get_nodes_by_type(IfNode):
        for condition, _ in node.conditions_nodelists:  # type: ignore[attr-defined]
            for operator in _operators_in(condition):
                operator.eval = partial(_evaluate, operator, function_of_operator(operator))
    setattr(nodelist, _IS_PREPARED, True)


def _operators_in(condition: Any) -> Iterator[Any]:
    if isinstance(condition, TokenBase) and condition.first is not None:
        yield condition
        yield from _operators_in(condition.first)
        yield from _operators_in(condition.second)


def _evaluate(operator: Any, function: Callable[..., Any], context: Context) -> Any:
    """Evaluate as Django does; the templates are rendered outside of blocks, too."""
    operands = (operator.first,) if operator.second is None else (operator.first, operator.second)
    try:
        return function(context, *operands)
    except Exception as error:  # the border to the site's code; Django makes it false as well
        if isinstance(context.render_context, NotingContext):
            context.render_context.note(error)
        return False

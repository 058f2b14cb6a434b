"""Which variables of the page a lazy block uses, as far as its template tells before it is rendered."""

from collections.abc import Iterable, Iterator, Set
from typing import Any

from django.template.base import FilterExpression, Node, TextNode, Variable, VariableNode
from django.template.defaulttags import CommentNode, CsrfTokenNode, ForNode, IfNode, LoadNode, WithNode

# They set no variables.
_SILENT = (TextNode, CommentNode, CsrfTokenNode, LoadNode)

#: The node, the variable as it is written, and its first name.
Use = tuple[Node, str, str]


def uses_in(nodes: Iterable[Node], silent: tuple[type[Node], ...]) -> Iterator[Use]:
    """Yield the variables that nodes use and do not set themselves, up to the first node of another kind.

    Any other tag may set variables for what follows it, so nothing is known after it. ``silent`` are kinds of
    nodes that set none.
    """
    yield from _uses(nodes, (*_SILENT, *silent), frozenset())[0]


def _uses(nodes: Iterable[Node], silent: tuple[type[Node], ...], own: Set[str]) -> tuple[list[Use], bool]:
    """Return the variables, and whether all nodes are known."""
    found: list[Use] = []
    for node in nodes:
        if type(node) in silent:
            continue
        parts = _parts(node)
        if parts is None:
            return found, False
        expressions, contents = parts
        found += [
            (node, str(each.var), each.lookups[0])
            for expression in expressions
            for each in _variables(expression)
            if each.lookups and each.lookups[0] not in own
        ]
        inner = [_uses(content, silent, own | names) for content, names in contents]
        found += [use for uses, _ in inner for use in uses]
        if not all(is_known for _, is_known in inner):
            return found, False
    return found, True


# The expressions of a node, and its contents, each with the names that are set in it.
_Parts = tuple[list[FilterExpression], list[tuple[Iterable[Node], frozenset[str]]]]


def _parts(node: Any) -> _Parts | None:
    """Return the parts of a node, or ``None`` if it is of another kind; a subclass is one."""
    kind = type(node)
    if kind is VariableNode:
        return [node.filter_expression], []
    if kind is IfNode:
        conditions = [condition for condition, _ in node.conditions_nodelists if condition is not None]
        return [each for condition in conditions for each in _operands(condition)], [
            (nodelist, frozenset()) for _, nodelist in node.conditions_nodelists
        ]
    if kind is ForNode:
        names = frozenset([*node.loopvars, "forloop"])
        return [node.sequence], [(node.nodelist_loop, names), (node.nodelist_empty, frozenset())]
    if kind is WithNode:
        return [*node.extra_context.values()], [(node.nodelist, frozenset(node.extra_context))]
    return None


def _operands(condition: Any) -> Iterator[FilterExpression]:
    """Yield the expressions in the condition of an ``{% if %}``."""
    if isinstance(condition.value, FilterExpression):
        yield condition.value
    for each in (condition.first, condition.second):
        if each is not None:
            yield from _operands(each)


def _variables(expression: FilterExpression) -> Iterator[Any]:
    """Yield the variables of an expression and of its filters' arguments."""
    if isinstance(expression.var, Variable):
        yield expression.var
    for _, arguments in expression.filters:
        yield from (each for is_variable, each in arguments if is_variable)

"""Template tags as other packages have them: they look variables up in the context themselves."""

from typing import Any

from django import template
from django.template import Context
from django.template.base import Node, Parser, Token, Variable, VariableDoesNotExist

register = template.Library()


@register.simple_tag(takes_context=True)
def look(context: Context, name: str) -> str:
    """Look a variable up in each way that can do without it."""
    found: list[Any] = [context.get(name, "no"), name in context, "made"]
    try:
        found.append(context[name])
    except KeyError:
        found.append("KeyError")
    return f"{found} {name in context.flatten()}"


@register.simple_tag(takes_context=True)
def need(context: Context, name: str) -> str:
    """Look a variable up that the tag can't do without."""
    return str(context[name])


@register.simple_tag
def echo(value: object) -> object:
    """Return an argument."""
    return value


@register.inclusion_tag("card.html")
def card(heading: object) -> dict[str, object]:
    """Render a template of its own, with nothing but what it is given."""
    return {"heading": heading}


@register.simple_tag(takes_context=True)
def put(context: Context, name: str, value: object) -> str:
    """Set a variable for the rest of the block, where a package may do it: in the first layer."""
    context.dicts[0][name] = value
    return ""


class DocumentedNode(Node):
    """A tag as Django's documentation shows it."""

    def __init__(self, name: str) -> None:
        self.variable = Variable(name)

    def render(self, context: Context) -> str:
        """Show the variable, or nothing."""
        try:
            return str(self.variable.resolve(context))
        except VariableDoesNotExist:
            return ""


@register.tag
def documented(parser: Parser, token: Token) -> Node:
    """Compile ``{% documented name %}``."""
    return DocumentedNode(token.split_contents()[1])

"""Template partials on every Django: the package's on 5.2, Django's own from 6.0 on."""

from typing import Any, Protocol, cast

import django
from django.template import Context, NodeList, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Parser
from django.template.engine import Engine
from django.utils.module_loading import import_string

_CLASS = (
    "django.template.base.PartialTemplate"
    if django.VERSION >= (6, 0)
    else "template_partials.templatetags.partials.TemplateProxy"
)


class Partial(Protocol):
    """What both call a partial: a named part of a template, able to render itself."""

    engine: Engine
    name: str
    nodelist: NodeList

    def render(self, context: Context) -> str:
        """Render with a context that is bound to a template, or else to the partial."""


def define(parser: Parser, name: str, nodelist: NodeList) -> Partial:
    """Make ``nodelist`` addressable as ``template.html#name``; a taken name is a TemplateSyntaxError."""
    partials = parser.extra_data.setdefault("partials", {})
    if name in partials:
        raise TemplateSyntaxError(
            f"Two partials of {parser.origin} are called {name!r}. Give the block another name with 'as'."
        )
    partials[name] = unnamed(parser, nodelist, name)
    return cast("Partial", partials[name])


def unnamed(parser: Parser, nodelist: NodeList, name: str) -> Partial:
    """Make a partial of ``nodelist`` that nobody can address; ``name`` is for messages."""
    return cast("Partial", import_string(_CLASS)(nodelist, parser.origin, name))


def load(reference: str) -> Partial:
    """Find a partial by ``template.html#name`` (or a whole template); raise TemplateDoesNotExist."""
    tried: list[Any] = []
    for backend in engines.all():
        if isinstance(backend, DjangoTemplates):
            try:
                found: Any = backend.get_template(reference).template
            except TemplateDoesNotExist as error:
                tried += error.tried
            else:
                return cast("Partial", found)
    raise TemplateDoesNotExist(reference, tried=tried)

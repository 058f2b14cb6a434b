"""Template partials: those of django-template-partials on Django 5.2, and Django's own from 6.0 on."""

from itertools import takewhile
from typing import Any, Protocol, cast

from django.template import Context, NodeList, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Parser
from django.template.engine import Engine
from django.utils.module_loading import import_string

from mizan_htmx.internals import PARTIAL_CLASS, partials_in, partials_of


class Partial(Protocol):
    """A named part of a template that can be rendered alone, in either implementation."""

    engine: Engine
    name: str
    nodelist: NodeList

    def render(self, context: Context) -> str:
        """Render with a context that is bound to a template, or else bind it to the partial."""


def define(parser: Parser, name: str, nodelist: NodeList) -> Partial:
    """Register the partial ``template.html#name``; raise TemplateSyntaxError if the name is taken."""
    partials = partials_in(parser)
    if name in partials:
        raise TemplateSyntaxError(
            f"Two partials of {parser.origin} are called {name!r}. Give the block another name with 'as'."
        )
    partials[name] = unnamed_partial(parser, nodelist, name)
    return cast("Partial", partials[name])


def unnamed_partial(parser: Parser, nodelist: NodeList, name: str) -> Partial:
    """Return a partial that has no reference; ``name`` is for error messages."""
    return cast("Partial", import_string(PARTIAL_CLASS)(nodelist, parser.origin, name))


def load(reference: str, engine: str = "") -> Partial:
    """Return the partial ``template.html#name``, or a whole template; raise TemplateDoesNotExist.

    ``engine`` names the template engine to look in. Without it, the first that has the partial is used.
    """
    return find(reference, engine)[0]


def find(reference: str, engine: str = "") -> tuple[Partial, DjangoTemplates]:
    """Return a partial and the template engine that has it; raise TemplateDoesNotExist."""
    tried: list[Any] = []
    for backend in _backends():
        if not engine or backend.name == engine:
            try:
                return _find(backend.engine, reference), backend
            except TemplateDoesNotExist as error:
                tried += error.tried
    raise TemplateDoesNotExist(reference, tried=tried)


def load_near(reference: str, engine: Engine) -> tuple[Partial, str]:
    """Return a partial, from this engine or else from the first that has it, and its engine's name.

    The name is "" where the partial is found without it. Raise TemplateDoesNotExist.
    """
    try:
        return _find(engine, reference), engine_name(engine, reference)
    except TemplateDoesNotExist:
        return load(reference), ""


def engine_name(engine: Engine, reference: str) -> str:
    """Return the name of a template engine; "" if it is the first that has this partial."""
    if len(engines.templates) == 1:
        return ""
    own = next((backend for backend in _backends() if backend.engine is engine), None)
    if own is None:  # an Engine that is not in TEMPLATES has no name
        return ""
    for backend in takewhile(lambda each: each is not own, _backends()):
        try:
            _find(backend.engine, reference)
        except TemplateDoesNotExist:
            continue
        except TemplateSyntaxError:  # the loader would stop here, too
            pass
        return str(own.name)
    return ""


def _backends() -> list[DjangoTemplates]:
    return [backend for backend in engines.all() if isinstance(backend, DjangoTemplates)]


def _find(engine: Engine, reference: str) -> Partial:
    """Return a partial as the loaders do, also in an engine whose loaders do not know partials."""
    name, _, part = reference.partition("#")
    template: Any = engine.get_template(name)
    if not part:
        return cast("Partial", template)
    partial: Any = partials_of(template).get(part)
    if partial is None:
        raise TemplateDoesNotExist(part, tried=[(template.origin, f"No partial is called {part!r}.")])
    partial.engine = engine
    return cast("Partial", partial)

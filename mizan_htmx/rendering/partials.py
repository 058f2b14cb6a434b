"""Template partials on every Django: the package's on 5.2, Django's own from 6.0 on."""

from itertools import takewhile
from typing import Any, Protocol, cast

from django.template import Context, NodeList, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Parser
from django.template.engine import Engine
from django.utils.module_loading import import_string

from mizan_htmx.internals import PARTIAL_CLASS, partials_in, partials_of


class Partial(Protocol):
    """What both call a partial: a named part of a template, able to render itself."""

    engine: Engine
    name: str
    nodelist: NodeList

    def render(self, context: Context) -> str:
        """Render with a context that is bound to a template, or else to the partial."""


def define(parser: Parser, name: str, nodelist: NodeList) -> Partial:
    """Make ``nodelist`` addressable as ``template.html#name``; a taken name is a TemplateSyntaxError."""
    partials = partials_in(parser)
    if name in partials:
        raise TemplateSyntaxError(
            f"Two partials of {parser.origin} are called {name!r}. Give the block another name with 'as'."
        )
    partials[name] = unnamed(parser, nodelist, name)
    return cast("Partial", partials[name])


def unnamed(parser: Parser, nodelist: NodeList, name: str) -> Partial:
    """Make a partial of ``nodelist`` that nobody can address; ``name`` is for messages."""
    return cast("Partial", import_string(PARTIAL_CLASS)(nodelist, parser.origin, name))


def load(reference: str, engine: str = "") -> Partial:
    """Find a partial by ``template.html#name`` (or a whole template); raise TemplateDoesNotExist.

    ``engine`` names the template engine to look in; without it the first that has the partial counts.
    """
    return find(reference, engine)[0]


def find(reference: str, engine: str = "") -> tuple[Partial, DjangoTemplates]:
    """Find a partial, and the template engine that has it; raise TemplateDoesNotExist."""
    tried: list[Any] = []
    for backend in _backends():
        if not engine or backend.name == engine:
            try:
                return _find(backend.engine, reference), backend
            except TemplateDoesNotExist as error:
                tried += error.tried
    raise TemplateDoesNotExist(reference, tried=tried)


def load_near(reference: str, engine: Engine) -> tuple[Partial, str]:
    """Find a partial for a template of this engine: in the same one, or else in the first that has it.

    Return it and the name of its engine, if that has to be known.
    """
    try:
        return _find(engine, reference), name_of(engine, reference)
    except TemplateDoesNotExist:
        return load(reference), ""


def name_of(engine: Engine, reference: str) -> str:
    """Return the name of a template engine, or "" if it is the first that has this partial."""
    if len(engines.templates) == 1:
        return ""
    own = next((backend for backend in _backends() if backend.engine is engine), None)
    if own is None:  # made by hand, and to be found by nobody
        return ""
    for backend in takewhile(lambda each: each is not own, _backends()):
        try:
            _find(backend.engine, reference)
        except TemplateDoesNotExist:
            continue
        except TemplateSyntaxError:  # it would be taken nevertheless
            pass
        return str(own.name)
    return ""


def _backends() -> list[DjangoTemplates]:
    return [backend for backend in engines.all() if isinstance(backend, DjangoTemplates)]


def _find(engine: Engine, reference: str) -> Partial:
    """Find a partial as the loaders do, also where an engine has none that knows of partials."""
    name, _, part = reference.partition("#")
    template: Any = engine.get_template(name)
    if not part:
        return cast("Partial", template)
    partial: Any = partials_of(template).get(part)
    if partial is None:
        raise TemplateDoesNotExist(part, tried=[(template.origin, f"No partial is called {part!r}.")])
    partial.engine = engine
    return cast("Partial", partial)

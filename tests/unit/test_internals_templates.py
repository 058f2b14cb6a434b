"""Django still looks variables up in templates as this package relies on."""

from inspect import currentframe
from typing import Any

import pytest
from django.template import Context, Engine, RequestContext, Template, engines
from django.template.base import Node
from django.test import RequestFactory

from mizan_htmx.internals import layers_of, node_around, variable_asked_for


class Layer(dict[str, Any]):
    """A layer of a context that notes what is looked up in it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[object, str | None]] = []
        self.nodes: list[Node | None] = []

    def __contains__(self, name: object) -> bool:
        self.asked.append((name, variable_asked_for(currentframe())))
        self.nodes.append(node_around(currentframe()))
        return False


def context_with(layer: Layer) -> Context:
    """Return a context whose last layer this is."""
    context = Context()
    dicts: list[Any] = context.dicts
    dicts.insert(0, layer)
    return context


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("{{ a }}", ("a", "a")),
        ("{{ a.b.0|upper }}", ("a", "a.b.0")),
        ("{% if 1 and a.b %}{% endif %}", ("a", "a.b")),
        ("{% if 1|add:a %}{% endif %}", ("a", "a")),
        ("{% load i18n %}{% blocktranslate %}x {{ a }}{% endblocktranslate %}", ("a", "a")),
        (
            "{% load i18n %}{% blocktranslate count n=2 %}{{ a }}{% plural %}{{ a }}{% endblocktranslate %}",
            ("a", "a"),
        ),
    ],
)
def test_what_a_template_looks_up_is_told_from_what_a_tag_does(source: str, asked: tuple[str, str]) -> None:
    layer = Layer()
    Template(source, engine=Engine(libraries={"i18n": "django.templatetags.i18n"})).render(
        context_with(layer)
    )
    assert asked in layer.asked


def test_what_code_looks_up_is_no_variable_of_a_template() -> None:
    layer = Layer()
    context = context_with(layer)
    context.get("a")
    context.setdefault("b")
    assert "c" not in context
    with pytest.raises(KeyError):
        context["d"]
    assert layer.asked == [(name, None) for name in "abcd"]
    assert layer.nodes == [None] * 4
    assert variable_asked_for(None) is None


def test_the_node_around_is_the_innermost_one() -> None:
    layer = Layer()
    Template("\n{% if 1 %}\n{{ a }}{% endif %}", engine=Engine()).render(context_with(layer))
    assert [node.token.lineno for node in layer.nodes if node is not None and node.token is not None] == [3]


def test_a_context_shows_which_layer_its_processors_have_filled() -> None:
    backend: Any = engines["django"]
    template = backend.from_string("").template
    context = RequestContext(RequestFactory().get("/"), {"a": 1})
    with context.bind_template(template):
        assert "csrf_token" in context
        names = {name for layer in layers_of(context) for name in layer}
    assert names == {"True", "False", "None", "a"}
    assert [*layers_of(Context({"a": 1}))[-1]] == ["a"]

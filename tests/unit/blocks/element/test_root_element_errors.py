"""What can't be a block's own element, and what ``{% mizan_attributes %}`` says of it."""

import pytest
from pytest_django import Settings

from tests.helpers.blocks import Site, blocks_of, syntax_error

END = "{% endmizan_context %}"
USER = '{% mizan_context "user" user_id=5 id="u" %}'
WRITTEN = "which {% mizan_attributes %} writes for the block. Write"
ITSELF = (
    "by which the block is refreshed or would not be. Put it on an element inside of the block, or around it."
)
ONE = "Keep one: <section {% mizan_attributes %}>."
BESIDE = (
    "{% mizan_attributes %} is not in the first element of its block. A block is one element, with nothing"
    " beside it."
)
ALONE = (
    "<li {% mizan_attributes %}> is not the only element of its block, or has no end tag."
    " Put everything into <li>…</li>."
)
START = (
    "{% mizan_attributes %} must be in a start tag, directly in the block: <section {% mizan_attributes %}>."
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "<li {% mizan_attributes %}></li><li {% mizan_attributes %}></li>",
            f"A block has more than one {{% mizan_attributes %}}. {ONE}",
        ),
        (
            "{% if 1 %}<li {% mizan_attributes %}></li>{% else %}<b {% mizan_attributes %}></b>{% endif %}",
            f"A block has more than one {{% mizan_attributes %}}. {ONE}",
        ),
        ("{% mizan_attributes %}", START),
        ("<li>{% mizan_attributes %}</li>", START),
        ("<li {% if 1 %}{% mizan_attributes %}{% endif %}></li>", START),
        ("<li title='{% mizan_attributes %}'></li>", START),
        ("<{% mizan_attributes %}>", START),
        ("</li {% mizan_attributes %}>", START),
        ("text <li {% mizan_attributes %}></li>", BESIDE),
        ("<p></p><li {% mizan_attributes %}></li>", BESIDE),
        ("<ul><li {% mizan_attributes %}></li></ul>", BESIDE),
        ("<p>{% if 1 %}<li {% mizan_attributes %}></li>{% endif %}</p>", BESIDE),
        ("<li {% mizan_attributes %}></li><p></p>", ALONE),
        ("<li {% mizan_attributes %}></li> text", ALONE),
        ("<li {% mizan_attributes %}>text", ALONE),
        (
            "<script {% mizan_attributes %}></script>",
            "<script {% mizan_attributes %}> can't contain a block.",
        ),
        (
            "<li {% mizan_attributes x %}></li>",
            "{% mizan_attributes %} takes no arguments, but has 'mizan_attributes x'. Write attributes"
            " into the start tag, or into {% mizan_context %}.",
        ),
        (
            "{% placeholder %}<li {% mizan_attributes %}></li>{% endplaceholder %}",
            "{% mizan_attributes %} is in {% placeholder %}, which is shown inside the block's element."
            " Write <section {% mizan_attributes %}> once, for the block itself.",
        ),
        (
            '<li id="a" {% mizan_attributes %}></li>',
            f"<li {{% mizan_attributes %}}> has 'id', {WRITTEN} id=… in {{% mizan_context %}} alone.",
        ),
        (
            '<li {% mizan_attributes %} hx-swap-oob="true"></li>',
            f"<li {{% mizan_attributes %}}> has 'hx-swap-oob', {WRITTEN} hx-swap-oob=… in {{%"
            f" mizan_context %}} alone.",
        ),
        (
            '<li CLASS="a {{ x }}" {% mizan_attributes %}></li>',
            f"<li {{% mizan_attributes %}}> has 'class', {WRITTEN} class=… in {{% mizan_context %}} alone.",
        ),
        (
            "<li data-x=1 {% mizan_attributes %}></li>",
            f"<li {{% mizan_attributes %}}> has 'data-x', {WRITTEN} data-x=… in {{% mizan_context %}} alone.",
        ),
        (
            '<li hx-get="/" {% mizan_attributes %}></li>',
            f"<li {{% mizan_attributes %}}> has 'hx-get', {ITSELF}",
        ),
        (
            "<li {% mizan_attributes %} data-mizan-lazy></li>",
            f"<li {{% mizan_attributes %}}> has 'data-mizan-lazy', {ITSELF}",
        ),
        (
            '<li title="a" {% mizan_attributes %} title="b"></li>',
            "<li {% mizan_attributes %}> has 'title' twice. Keep one.",
        ),
    ],
)
def test_what_can_not_be_the_element_is_found_when_the_template_is_compiled(
    site: Site, body: str, message: str
) -> None:
    tag = '{% mizan_context "user" user_id=5 class="b" data-x=2 %}'

    assert syntax_error(site, f"{{% if 0 %}}{tag}{body}{END}{{% endif %}}") == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{}text{}", "in a start tag"),
        ("{}text <li {}></li>", "not in the first element"),
        ("<li {1}></li>{0}text", "not the only element"),
    ],
)
def test_many_comments_beside_it_take_no_time(site: Site, body: str, message: str) -> None:
    content = body.format("<!-- a -->\n" * 200, "{% mizan_attributes %}")

    assert message in syntax_error(site, f"{USER}{content}{END}")


def test_the_element_is_written_once(site: Site) -> None:
    tag = '{% mizan_context "user" user_id=5 tag="li" %}'

    assert syntax_error(site, f"{tag}<li {{% mizan_attributes %}}></li>{END}") == (
        "The block's element is <li {% mizan_attributes %}>. Leave tag=… out of {% mizan_context %}."
    )
    site.write("card.html", "<b {% mizan_attributes %}></b>")
    tag = '{% mizan_context "user" user_id=5 tag="li" partial="card.html" %}'
    assert syntax_error(site, f"{tag}{END}") == (
        "The element of card.html is <b {% mizan_attributes %}>. Leave tag=… out of {% mizan_context %}."
    )


def test_outside_of_a_block_it_is_an_error(site: Site) -> None:
    assert syntax_error(site, "<li {% mizan_attributes %}></li>") == (
        "{% mizan_attributes %} is outside of a block. It writes the attributes of the {% mizan_context %}"
        " around it."
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "<li {% mizan_attributes %}></li><p></p>",
            "<li {% mizan_attributes %}> is not the only element of its block: <p> is beside it. Put"
            " everything into <li>…</li>.",
        ),
        (
            "<li {% mizan_attributes %}></li>text",
            "<li {% mizan_attributes %}> is not the only element of its block: 'text' is beside it. Put"
            " everything into <li>…</li>.",
        ),
        (
            '<li {% mizan_attributes %} {% if 1 %}class="a"{% endif %}></li>',
            "<li {% mizan_attributes %}> has 'class' twice: it is written there for the block. Write it in"
            " {% mizan_context %} alone.",
        ),
    ],
)
def test_what_only_shows_when_it_is_rendered_is_found_under_debug(
    site: Site, settings: Settings, body: str, message: str
) -> None:
    site.write("part.html", body)
    source = '{% mizan_context "user" user_id=5 class="b" %}{% include "part.html" %}{% endmizan_context %}'

    assert blocks_of(site.page(source))[0]["tag"] == "li"
    settings.DEBUG = True
    assert syntax_error(site, source) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "{% for a in 'ab' %}<li {% mizan_attributes %}></li>{% endfor %}",
            f"A block has rendered {{% mizan_attributes %}} twice. {ONE}",
        ),
        ('<p></p>{% include "part.html" %}', BESIDE),
        ('<p>{% include "bare.html" %}</p>', START),
    ],
)
def test_what_can_not_be_filled_in_is_an_error_at_any_time(site: Site, body: str, message: str) -> None:
    site.write("part.html", "<li {% mizan_attributes %}></li>")
    site.write("bare.html", "{% mizan_attributes %}")

    assert syntax_error(site, f"{USER}{body}{END}") == message

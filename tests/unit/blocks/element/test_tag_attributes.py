"""Attributes of the wrapper in the tag: what may be one, and what is written, at first as by a refresh."""

import json
from typing import Any

import pytest
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from mizan_htmx import client, register
from tests.helpers.blocks import OPTIONS, Site, blocks_of, syntax_error

END = "{% endmizan_context %}"


def written(html: str) -> str:
    """Return what the tag has added to the wrapper of a page's one block."""
    _, _, rest = html.partition(' data-mizan="')
    _, _, rest = rest.partition('"')
    return rest.partition(' hx-get="')[0]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('data-x="a b"', ' data-x="a b"'),
        ("data-x='a \"b\"'", ' data-x="a &quot;b&quot;"'),
        ('data-x="a \\"b\\""', ' data-x="a &quot;b&quot;"'),
        ('@click="open = !open && n < 1"', ' @click="open = !open &amp;&amp; n &lt; 1"'),
        (":class=\"{ 'a': b }\"", ' :class="{ &#x27;a&#x27;: b }"'),
        ('x-on:click.prevent="go()"', ' x-on:click.prevent="go()"'),
        ('hx-on::after-swap="go()"', ' hx-on::after-swap="go()"'),
        ("x-data=\"{ open: false, it: { n: '1' } }\"", ' x-data="{ open: false, it: { n: &#x27;1&#x27; } }"'),
        ("hx-vals='{\"a\": 1}'", ' hx-vals="{&quot;a&quot;: 1}"'),
        ('hx-boost="true"', ' hx-boost="true"'),
        ('hx-target:inherited="#x"', ' hx-target:inherited="#x"'),
        ('data-mizan-after="reset"', ' data-mizan-after="reset"'),
        ('role="status"', ' role="status"'),
        ('style="color: red"', ' style="color: red"'),
        ('title="a" lang="de" dir="ltr"', ' title="a" lang="de" dir="ltr"'),
        ('onclick="go()"', ' onclick="go()"'),
        ("tabindex=-1", ' tabindex="-1"'),
        ("data-n=05.50", ' data-n="5.5"'),
        ('.value="x" (click)="f" [a]="b"', ' .value="x" (click)="f" [a]="b"'),
        ('data-größe="1"', ' data-größe="1"'),
        ('data-x=""', ' data-x=""'),
        ("hidden x-cloak data-open @click.stop", " hidden x-cloak data-open @click.stop"),
        ("hidden=True data-open=True", " hidden data-open"),
        ("hidden=False data-open=False data-x=None title=None", ""),
        (
            "aria-hidden=True aria-busy=False aria-label=None draggable=True spellcheck=False hx-boost=False",
            ' aria-hidden="true" aria-busy="false" draggable="true" spellcheck="false" hx-boost="false"',
        ),
        ('data-x="a"|upper|add:"b c"', ' data-x="Ab c"'),
        ('title=_("Yes")', ' title="Yes"'),
        ("data-u=unread data-t=text data-safe=safe", ' data-u="3" data-t="&lt;t&gt;" data-safe="&lt;i&gt;"'),
        ("data-user=request.user.is_authenticated data-debug=unknown", ' data-debug=""'),
        ("data-when=request.method|lower|default:'x'", ' data-when="get"'),
    ],
)
def test_attributes_are_written_with_what_they_are_in_the_block(
    any_site: Site, given: str, shown: str
) -> None:
    html = any_site.page(
        f'{{% mizan_context "notifications" {given} with text="<t>" safe=safe %}}{END}',
        safe=mark_safe("<i>"),
        nothing="of the page",
    )

    assert written(html) == shown
    any_site.assert_refreshes_alike(html)
    (batch,) = _batch(any_site, html)
    assert batch["html"] == html


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('data-mizan="user"', "data-mizan"),
        ('data-mizan-lazy=""', "data-mizan-lazy"),
        ("data-mizan-hash", "data-mizan-hash"),
        ('hx-get="/x"', "hx-get"),
        ('data-hx-post="/x"', "data-hx-post"),
        ('hx-trigger="click"', "hx-trigger"),
        ('HX-Target="#x"', "HX-Target"),
        ('hx-swap="innerHTML"', "hx-swap"),
        ('hx-target:append="#x"', "hx-target:append"),
        ("hx-preserve", "hx-preserve"),
        ("hx-disable", "hx-disable"),
        ("hx-ignore", "hx-ignore"),
    ],
)
def test_what_refreshes_the_block_or_would_not_let_it_is_no_attribute_of_it(
    site: Site, given: str, message: str
) -> None:
    assert syntax_error(
        site, f'{{% if 0 %}}{{% mizan_context "notifications" {given} %}}{END}{{% endif %}}'
    ) == (
        f"A block can't have the attribute {message!r}, by which it is refreshed or would not be. Put it on"
        " an element inside of the block, or around it."
    )


@pytest.mark.parametrize("name", ["data<x", "data-x>", "a/b", "data-\x07"])
def test_a_name_that_html_does_not_allow_is_an_error(site: Site, name: str) -> None:
    assert syntax_error(site, f'{{% mizan_context "notifications" {name}="1" %}}{END}') == (
        f"{name!r} in {{% mizan_context %}} can't be the name of an attribute: HTML allows no spaces, quotes,"
        " '<', '>', '/' and '=' in it."
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('data-x="1" data-x="2"', "data-x"),
        ('data-x="1" Data-X', "Data-X"),
        ('title="1" title="2"', "title"),
        ("hidden hidden", "hidden"),
        ('class="a" class="b"', "class"),
        ('id="a" id="b"', "id"),
        ('data-x="1" with a=1 data-x="2"', "data-x"),
    ],
)
def test_an_attribute_that_is_given_twice_is_an_error(site: Site, given: str, name: str) -> None:
    assert syntax_error(site, f'{{% mizan_context "notifications" {given} %}}{END}') == (
        f"{name!r} stands in {{% mizan_context %}} twice. Keep one."
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("colspan=2", "colspan"),
        ('tag="li" colspan=2', "colspan"),
        ('Title="x"', "Title"),
        ('size="large"', "size"),
        ("only=True", "only"),
    ],
)
def test_what_the_element_can_not_have_is_an_unknown_parameter(site: Site, given: str, name: str) -> None:
    assert syntax_error(site, f'{{% mizan_context "notifications" {given} %}}{END}') == (
        f"Context 'notifications' has no parameter {name!r} in {{% mizan_context %}}."
        f" Known parameters: none.{OPTIONS}"
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('tag="td" colspan=2 headers="a"', ' colspan="2" headers="a"'),
        ('tag="details" open', " open"),
        ('tag="form" method="dialog" novalidate', ' method="dialog" novalidate'),
        ('tag="my-card" size="large" open-at="2"', ' size="large" open-at="2"'),
        ('tag=element value="3"', ' value="3"'),
    ],
)
def test_what_only_some_elements_have_depends_on_the_tag(site: Site, given: str, shown: str) -> None:
    html = site.page(f'{{% mizan_context "notifications" {given} %}}{END}', element="li")

    assert written(html) == shown
    site.assert_refreshes_alike(html)


@pytest.mark.parametrize(("given", "unknown"), [("data-x =1", "=1"), ("data-x=", "data-x="), ("lzy", "lzy")])
def test_what_is_neither_is_an_unknown_argument(site: Site, given: str, unknown: str) -> None:
    assert syntax_error(site, f'{{% mizan_context "user" user_id=5 {given} %}}{END}') == (
        f"Unknown argument {unknown!r} in {{% mizan_context %}}. Write name=value, or the word lazy."
        + OPTIONS
    )


@pytest.mark.parametrize("source", ['"notifications" lzy', "lzy"])
def test_so_is_a_word_that_might_have_been_a_context(site: Site, source: str) -> None:
    assert syntax_error(site, f"{{% mizan_context {source} %}}{END}", lzy="") == (
        "'lzy' in {% mizan_context %} is neither an option nor a variable with the name of a context, which"
        f" is written in quotes. Did you mean 'lazy'?{OPTIONS}"
    )


@pytest.mark.parametrize("lazy", ["", "lazy "])
def test_an_element_without_content_has_no_end(any_site: Site, lazy: str) -> None:
    html = any_site.page(f'{{% mizan_context "notifications" {lazy}tag="input" value=unread %}} {END}')

    loaded = any_site.refresh(html).text
    assert loaded.startswith("<input id=")
    assert loaded.endswith('hx-swap="outerHTML">')
    assert blocks_of(loaded)[0]["value"] == "3"
    assert "</" not in html


def test_a_parameter_of_the_context_is_meant_by_the_name_of_an_attribute(site: Site) -> None:
    @client(context="book")
    def book(request: HttpRequest, title: str, hidden: bool = False) -> str:
        return f"{title} {hidden}"

    register(book)
    for context in ('"book"', "name"):
        html = site.page(
            f'{{% mizan_context {context} title=title hidden role="x" %}}{{{{ book }}}}{END}',
            title="Dune",
            name="book",
        )
        assert written(html) == ' role="x"'
        assert html.endswith(">Dune True</div>")
        assert blocks_of(html)[0]["data-mizan"] == "book;hidden=true;title=Dune"
        site.assert_refreshes_alike(html)


def test_a_context_in_a_variable_has_the_attributes_that_are_none_of_its_parameters(site: Site) -> None:
    html = site.page(
        f'{{% mizan_context name title="Dune" hidden data-x=unread %}}{END}', name="notifications"
    )

    assert written(html) == ' title="Dune" hidden data-x="3"'
    site.assert_refreshes_alike(html)


def test_inside_of_another_block_a_context_in_a_variable_may_use_its_own_readers(site: Site) -> None:
    html = site.page(
        '{% mizan_context "notifications" with name="user" %}'
        f"{{% mizan_context name user_id=5 title=user_profile.name %}}{END}{END}"
    )

    assert blocks_of(html)[1]["title"] == "Ada"
    site.assert_refreshes_alike(html)


def test_variables_after_with_may_have_the_names_of_attributes(site: Site) -> None:
    html = site.page(
        f'{{% mizan_context "notifications" with title="T" role="R" data-x=title hidden %}}'
        f"{{{{ role }}}}{END}"
    )

    assert written(html) == ' data-x="T" hidden'
    assert html.endswith(">R</div>")
    site.assert_refreshes_alike(html)


def test_the_values_are_not_part_of_the_url(site: Site) -> None:
    source = f'{{% mizan_context "user" user_id=5 data-x=x with x=x as card %}}{END}'
    plain = source.replace("data-x=x", "")
    urls = [blocks_of(site.page(each, x=1))[0]["hx-get"] for each in (source, plain)]

    assert urls[0] == urls[1]


def test_a_loop_gives_its_attributes_their_values_by_with(site: Site) -> None:
    html = site.page(
        "{% for n in ns %}{% mizan_context 'user' user_id=n with place=forloop.counter data-place=place"
        f" data-name=user_profile.name %}}{END}{{% endfor %}}",
        ns=[5, 6],
    )

    assert [(block["data-place"], block["data-name"]) for block in blocks_of(html)] == [
        ("1", "Ada"),
        ("2", "Bob"),
    ]
    site.assert_refreshes_alike(html)


def _batch(site: Site, html: str) -> list[dict[str, Any]]:
    queries = [block["hx-get"].partition("?")[2] for block in blocks_of(html)]
    response = site.get(f"/api/mizan/partials/?{'&'.join(queries)}")
    found: list[dict[str, Any]] = json.loads(response.text)["blocks"]
    return found

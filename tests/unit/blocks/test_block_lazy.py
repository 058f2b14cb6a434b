"""Blocks that load when they are seen, that ask again and again, and that say what they have become."""

import pytest
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import Context, client, register
from tests.helpers.blocks import DEFAULT_ID, Site, blocks_of, sign, syntax_error

LAZY = (
    '{% mizan_context "user" user_id=5 lazy with heading="Hi" as card %}{{ heading }} {{ user_profile.name }}'
    "{% placeholder %}<p>{{ heading }}, loading {{ request.method }}…</p>{% endplaceholder %}!"
    "{% endmizan_context %}"
)


def test_a_lazy_block_shows_its_placeholder_at_first_and_its_content_when_it_is_loaded(
    any_site: Site,
) -> None:
    html = any_site.page(LAZY)

    (block,) = blocks_of(html)
    start = f'<div id="{block["id"]}" data-mizan="user;user_id=5" '
    token = sign(["page.html#card", ["user"], DEFAULT_ID, {}, {"heading": "Hi"}])
    rest = (
        f'hx-get="/api/mizan/partial/user/?block={token}&amp;user_id=5"'
        ' hx-trigger="mizan:refresh" hx-target="this" hx-swap="outerHTML">'
    )
    assert html == f'{start}data-mizan-lazy="" {rest}<p>Hi, loading GET…</p></div>'
    assert any_site.calls == []

    loaded = any_site.refresh(html).text
    assert loaded == f"{start}{rest}Hi Ada!</div>"
    assert any_site.refresh(loaded).text == loaded


@pytest.mark.parametrize("word", ["lazy", "lazy=True", "lazy=1", "lazy=flag", 'lazy="x"'])
def test_a_block_may_be_lazy_without_a_placeholder(site: Site, word: str) -> None:
    html = site.page(
        f'{{% mizan_context "user" user_id=5 {word} %}}{{{{ user_profile }}}}{{% endmizan_context %}}',
        flag=True,
    )

    assert (blocks_of(html)[0]["data-mizan-lazy"], html.endswith('"></div>'), site.calls) == ("", True, [])


@pytest.mark.parametrize("word", ["", "lazy=False", "lazy=flag", "lazy=None"])
def test_a_placeholder_is_not_shown_where_the_block_is_not_lazy(site: Site, word: str) -> None:
    html = site.page(LAZY.replace("lazy ", f"{word} "), flag=0)

    assert html.endswith(">Hi Ada!</div>")
    assert "data-mizan-lazy" not in blocks_of(html)[0]
    site.assert_refreshes_alike(html)


def test_the_word_may_stand_anywhere(site: Site) -> None:
    sources = [
        '{% mizan_context "user" lazy user_id=5 %}{% endmizan_context %}',
        '{% mizan_context "user" user_id=5 lazy %}{% endmizan_context %}',
        '{% mizan_context "user" user_id=5 with a=1 lazy %}{% endmizan_context %}',
        '{% mizan_context "user" user_id=5 lazy as card %}{% endmizan_context %}',
    ]

    assert ["data-mizan-lazy" in blocks_of(site.page(source))[0] for source in sources] == [True] * 4


def test_a_lazy_block_in_another_shows_its_placeholder_at_each_refresh_of_that_one(any_site: Site) -> None:
    inner = LAZY.replace(" as card", "")
    html = any_site.page(
        f'{{% mizan_context "tag" tag="x" %}}{{{{ tag_label }}}}{inner}{{% endmizan_context %}}'
    )

    assert html.count("loading GET…") == 1
    assert any_site.refresh(html).text == html
    loaded = any_site.get(blocks_of(html)[1]["hx-get"]).text
    assert loaded.endswith(">Hi Ada!</div>")
    assert blocks_of(loaded)[0]["id"] == blocks_of(html)[1]["id"]
    assert any_site.calls == ["user_profile 5"]


def test_a_lazy_block_may_have_its_content_elsewhere(any_site: Site) -> None:
    any_site.write("part.html", "{% partialdef person %}{{ user_profile.name }}{% endpartialdef %}")
    own = "{% placeholder %}Wait{% endplaceholder %}"
    html = any_site.page(
        f'{{% mizan_context "user" user_id=5 lazy partial="part.html#person" %}}{own}{{% endmizan_context %}}'
    )

    assert html.endswith(">Wait</div>")
    assert any_site.refresh(html).text.endswith(">Ada</div>")


def test_the_placeholder_of_the_block_whose_content_it_takes_is_its_own(site: Site) -> None:
    site.write("part.html", LAZY)
    html = site.page(
        '{% mizan_context "user" user_id=5 lazy with heading="Yo" partial="part.html#card" %}'
        "{% endmizan_context %}"
    )

    assert html.endswith("><p>Yo, loading GET…</p></div>")
    assert site.refresh(html).text.endswith(">Yo Ada!</div>")


@pytest.mark.parametrize(
    "reading",
    ["{{ user_profile }}", "{{ user_profile.name|default:1 }}", "{% if user_profile and x %}{% endif %}"],
)
def test_a_placeholder_can_not_read(site: Site, reading: str) -> None:
    source = LAZY.replace("loading", reading)

    assert syntax_error(site, source) == (
        "{% placeholder %} uses 'user_profile', which is read only when the block is loaded. It can use what"
        " 'with' passes, and what context processors return."
    )
    assert site.calls == []


def test_a_placeholder_sees_nothing_of_the_page(site: Site, settings: Settings) -> None:
    settings.MIZAN_STRICT = False
    html = site.page(LAZY.replace("loading", "[{{ outer }}]"), outer="OUT")

    assert "<p>Hi, [] GET…</p>" in html


HERE = "{% placeholder %}{% endplaceholder %}"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (HERE, "{% placeholder %} must be directly inside {% mizan_context %}."),
        (
            f'{{% mizan_context "user" user_id=5 %}}{{% if 1 %}}{HERE}{{% endif %}}{{% endmizan_context %}}',
            "{% placeholder %} must be directly inside {% mizan_context %}, not in {% if %}.",
        ),
        (
            f'{{% mizan_context "user" user_id=5 %}}{HERE}{HERE}{{% endmizan_context %}}',
            "A {% mizan_context %} has more than one {% placeholder %}. Keep one.",
        ),
        (
            '{% mizan_context "user" user_id=5 %}{% placeholder big %}{% endplaceholder %}'
            "{% endmizan_context %}",
            "{% placeholder %} takes no arguments, but has 'placeholder big'.",
        ),
        (
            "{% mizan_context lazy %}{% endmizan_context %}",
            '{% mizan_context %} needs a context: {% mizan_context "user" user_id=5 %}.',
        ),
    ],
)
def test_a_placeholder_that_can_not_be_shown_is_an_error(site: Site, source: str, message: str) -> None:
    assert syntax_error(site, source) == message


def test_a_block_that_asks_again_and_says_so(any_site: Site) -> None:
    html = any_site.page(
        '{% mizan_context "user" user_id=5 poll=30 announce=text as card %}'
        "{{ user_profile.name }}{% endmizan_context %}",
        text='"New" <name>',
    )

    (block,) = blocks_of(html)
    options = {"announce": '"New" <name>', "poll": 30}
    token = sign(["page.html#card", ["user"], DEFAULT_ID, options, {}])
    assert html == (
        f'<div id="{block["id"]}" data-mizan="user;user_id=5" data-mizan-poll="30"'
        ' data-mizan-announce="&quot;New&quot; &lt;name&gt;"'
        f' hx-get="/api/mizan/partial/user/?block={token}&amp;user_id=5"'
        ' hx-trigger="mizan:refresh" hx-target="this" hx-swap="outerHTML">Ada</div>'
    )
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize(
    ("given", "seconds"), [(1, "1"), (86_400, "86400"), ("30", "30"), (None, None), ("007", "7")]
)
def test_a_pause_is_a_number_of_seconds(site: Site, given: object, seconds: str | None) -> None:
    html = site.page('{% mizan_context "user" user_id=5 poll=given %}{% endmizan_context %}', given=given)

    assert blocks_of(html)[0].get("data-mizan-poll") == seconds
    site.assert_refreshes_alike(html)


@pytest.mark.parametrize("given", [0, -1, 1.5, 30.0, True, "", "x", "1e3", "٣", 86_401, 10**12, [30]])
def test_what_is_no_pause_is_an_error(site: Site, given: object) -> None:
    source = '{% mizan_context "user" user_id=5 poll=given %}{% endmizan_context %}'

    assert syntax_error(site, source, given=given) == (
        f"poll={given!r} is not an interval. Write whole seconds from 1 to 86400, such as poll=30."
    )


def test_a_parameter_of_that_name_is_the_contexts(site: Site) -> None:
    def shown(request: HttpRequest, poll: str, announce: str, lazy: bool) -> str:
        return f"{poll} {announce} {lazy}"

    register(client(context="news")(shown))
    html = site.page(
        '{% mizan_context "news" poll="x" announce="y" lazy=True %}{{ shown }}{% endmizan_context %}'
    )

    assert html.endswith(">x y True</div>")
    assert blocks_of(html)[0]["data-mizan"] == "news;announce=y;lazy=true;poll=x"
    assert not {"data-mizan-poll", "data-mizan-announce", "data-mizan-lazy"} & set(blocks_of(html)[0])


def test_a_public_block_may_be_lazy_on_anybodys_page(any_site: Site) -> None:
    @client(context=Context("news", public=True, max_age=60))
    def headline(request: HttpRequest) -> str:
        any_site.calls.append("headline")
        return "News"

    register(headline)
    html = any_site.page(
        '{% mizan_context "news" lazy %}{{ headline }}'
        "{% placeholder %}[{{ request.user.is_authenticated }}]{% endplaceholder %}{% endmizan_context %}"
    )

    (block,) = blocks_of(html)
    assert (block["data-mizan-shared"], block["data-mizan-lazy"]) == ("", "")
    assert html.endswith(">[False]</div>")
    assert any_site.calls == []
    loaded = any_site.refresh(html)
    assert loaded.text.endswith(">News</div>")
    assert loaded.headers["Cache-Control"] == "public, max-age=0, must-revalidate"

"""Attributes of the wrapper in each way in which a block is rendered, and found again where it refreshes."""

import json
from hashlib import blake2b

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.test import RequestFactory
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.invalidation.cookie import COOKIE
from tests.helpers.blocks import Site, blocks_of, template_settings
from tests.helpers.single_flight import names, send
from tests.helpers.visitor import SyncOrAsync

END = "{% endmizan_context %}"


def shown(html: str, *attributes: str) -> list[str | None]:
    """Return these attributes of a page's first block."""
    block = blocks_of(html)[0]
    return [block.get(name) for name in attributes]


@pytest.mark.parametrize("error", [PermissionDenied, Http404])
def test_a_reader_that_refuses_leaves_its_attribute_out_and_empties_the_block(
    any_site: Site, error: type[Exception], sync_or_async: SyncOrAsync
) -> None:
    refuses = [True]

    def rank(request: HttpRequest) -> str:
        if refuses:
            raise error("secret")
        return "first"

    register(client(context="rank")(sync_or_async(rank)))
    html = any_site.page(
        '{% mizan_context "rank" "notifications" data-rank=rank|upper data-unread=unread role="status" %}'
        f"<b>{{{{ unread }}}}</b>{END}"
    )

    assert shown(html, "data-rank", "data-unread", "role") == [None, "3", "status"]
    assert html.endswith('"></div>')
    any_site.assert_refreshes_alike(html)

    refuses.clear()
    filled = any_site.refresh(html).text
    assert shown(filled, "data-rank", "data-unread", "role") == ["FIRST", "3", "status"]
    assert filled.endswith("<b>3</b></div>")


def test_a_refusal_in_the_content_leaves_the_other_attributes(site: Site) -> None:
    @client(context="rank")
    def rank(request: HttpRequest) -> str:
        raise PermissionDenied

    register(rank)
    html = site.page(f'{{% mizan_context "rank" data-x="1" aria-label=request.method %}}{{{{ rank }}}}{END}')

    assert shown(html, "data-x", "aria-label") == ["1", "GET"]
    assert html.endswith('"></div>')
    site.assert_refreshes_alike(html)


def test_what_else_a_reader_raises_fails_the_page_and_the_refresh(site: Site) -> None:
    broken: list[int] = []

    @client(context="rank")
    def rank(request: HttpRequest) -> int:
        return 1 // len(broken)

    register(rank)
    source = f'{{% mizan_context "rank" data-x=rank %}}{END}'
    assert site.visit(source).status_code == 500
    broken.append(1)
    html = site.page(source)
    broken.clear()
    assert site.refresh(html).status_code == 500


def test_an_error_of_a_filter_is_not_a_refusal(site: Site) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        site.raw(f'{{% mizan_context "tag" tag="x" data-x=tag_label|rjust:tag_label %}}{END}')


@pytest.mark.django_db
def test_where_login_is_required_strangers_see_only_what_is_written_out(
    site: Site, settings: Settings
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    settings.LOGIN_URL = "/page/"
    source = (
        '{% mizan_context "notifications" data-x="1" title=_("Yes") data-unread=unread data-path=secret'
        f' with secret="s" %}}{{{{ unread }}}}{END}'
    )
    site.write("page.html", source)
    site.browser.force_login(User.objects.create_user("ada"))
    html = site.page(source)
    assert shown(html, "data-x", "title", "data-unread", "data-path") == ["1", "Yes", "3", "s"]

    site.browser.logout()
    refused = site.refresh(html).text
    assert shown(refused, "data-x", "title", "data-unread", "data-path") == ["1", "Yes", None, None]
    assert refused.endswith('"></div>')


def test_a_lazy_block_has_those_that_use_no_reader_until_it_is_loaded(any_site: Site) -> None:
    for placeholder in ("", "{% placeholder %}…{% endplaceholder %}"):
        any_site.calls.clear()
        html = any_site.page(
            '{% mizan_context "user" user_id=5 lazy data-name=user_profile.name data-heading=heading x-cloak'
            f' with heading="H" %}}{placeholder}{{{{ user_profile.name }}}}{END}'
        )
        assert shown(html, "data-name", "data-heading", "x-cloak", "data-mizan-lazy") == [None, "H", "", ""]
        assert any_site.calls == []
        loaded = any_site.refresh(html).text
        assert shown(loaded, "data-name", "data-heading", "x-cloak") == ["Ada", "H", ""]
        assert any_site.refresh(loaded).text == loaded


def test_only_the_first_rendering_says_where_else_it_goes(any_site: Site) -> None:
    html = any_site.page(
        '{% mizan_context "user" user_id=5 hx-swap-oob="true" data-x=1 %}{{ user_profile.name }}'
        '{% mizan_context "tag" tag="b" data-HX-swap-oob=place %}{% endmizan_context %}'
        f"{END}"
    )

    assert [block.get("hx-swap-oob") for block in blocks_of(html)] == ["true", None]
    assert "data-hx-swap-oob" in blocks_of(html)[1]
    refreshed = any_site.refresh(html).text
    assert "swap-oob" not in refreshed
    assert shown(refreshed, "data-x") == ["1"]
    assert any_site.refresh(refreshed).text == refreshed


def test_a_block_of_everyone_says_so_once_as_well(site: Site) -> None:
    @client(context=Context("news", public=True))
    def headline(request: HttpRequest) -> str:
        return "New!"

    register(headline)
    inner = f'{{% mizan_context "news" hx-swap-oob="true" with a=1 %}}{END}'
    html = site.page(f'{{% mizan_context "news" hx-swap-oob="true" %}}{inner}{END}')

    assert html.count("hx-swap-oob") == 2
    refreshed = site.refresh(html).text
    assert "hx-swap-oob" not in refreshed
    assert site.refresh(refreshed).text == refreshed


@pytest.mark.parametrize(("value", "written"), [("True", "true"), ("None", None), ("False", None)])
def test_where_else_it_goes_may_depend(site: Site, value: str, written: str | None) -> None:
    html = site.page(f'{{% mizan_context "notifications" hx-swap-oob={value} %}}{END}')

    assert shown(html, "hx-swap-oob") == [written]


def test_where_else_it_goes_is_no_change_of_the_block(site: Site, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    source = '{{% mizan_context "notifications" {} %}}{{{{ unread }}}}{{% endmizan_context %}}'
    hashes = [
        shown(site.page(source.format(more)), "data-mizan-hash")[0]
        for more in ("", "hx-swap-oob='true'", "data-x=1", "data-x=2")
    ]

    assert hashes[0] == hashes[1] == blake2b(b"3", digest_size=8).hexdigest()
    assert len(set(hashes)) == 3


@pytest.mark.django_db
def test_a_change_of_an_attribute_alone_is_brought_along(flying: Site) -> None:
    html = flying.page(
        '{% for id in "56" %}{% mizan_context "user" user_id=id aria-label=user_profile.name %}x'
        "{% endmizan_context %}{% endfor %}"
    )
    first, second = blocks_of(html)

    answer = send(flying, "/rename/5/", names(html))

    assert answer.brought is not None
    brought = answer.brought[first["id"]]
    assert brought is not None
    assert shown(brought, "aria-label") != [first["aria-label"]]
    assert answer.brought.get(second["id"]) is None


@pytest.mark.django_db
@pytest.mark.parametrize("attribute", ["data-name=user_profile.name", "data-name=1"])
def test_a_page_that_changes_what_an_attribute_shows_knows_whether_it_is_newer(
    site: Site, settings: Settings, attribute: str
) -> None:
    site.write("page.html", f'{{% mizan_context "user" user_id=5 {attribute} %}}x{END}')

    def change(request: HttpRequest) -> HttpResponse:
        response = render(request, "page.html")
        site.names[5] = "Grace"
        invalidate(request, "user", user_id=5)
        return response

    view = client(affects="user", methods=["GET"])(change)
    settings.ROOT_URLCONF = (path("change/", view), path("api/mizan/", include("mizan_htmx.urls")))
    response = site.get("/change/", **{"Sec-Fetch-Mode": "navigate"})

    (block,) = blocks_of(response.text)
    notes = [each.partition(":")[0] for each in response.cookies[COOKIE].value.split("|")]
    is_newer = attribute == "data-name=1"
    assert (block["data-mizan-notes"] in notes, len(notes)) == ((True, 1) if is_newer else (True, 2))


def test_a_block_of_everyone_has_them_as_everyone_sees_them(any_site: Site) -> None:
    @client(context=Context("news", public=True))
    def headline(request: HttpRequest) -> str:
        return "New!"

    register(headline)
    html = any_site.page(
        '{% mizan_context "news" data-headline=headline data-who=request.user.username role="feed" %}'
        f"{{{{ headline }}}}{END}"
    )

    assert shown(html, "data-headline", "data-who", "role") == ["New!", "", "feed"]
    any_site.assert_refreshes_alike(html)
    assert "public" in any_site.refresh(html)["Cache-Control"]


def test_a_private_block_on_a_page_for_everyone_has_what_is_written_out(
    site: Site, settings: Settings
) -> None:
    @client(context=Context("news", public=True))
    def front(request: HttpRequest) -> HttpResponse:
        return render(request, "front.html")

    register(front)
    settings.ROOT_URLCONF = (path("", front), path("api/mizan/", include("mizan_htmx.urls")))
    site.write(
        "front.html",
        '{% mizan_context "user" user_id=5 data-name=user_profile.name x-data="{}" %}{% endmizan_context %}',
    )
    html = site.get("/").text

    assert shown(html, "data-name", "x-data", "hx-trigger") == [None, "{}", "load, mizan:refresh"]
    assert shown(site.refresh(html).text, "data-name", "x-data") == ["Ada", "{}"]


CARD = (
    '{% mizan_context "user" user_id=5 data-of="card" with a=1 as card %}{{ user_profile.name }} {{ a }}'
    "{% endmizan_context %}"
)


class TestOfContentFromElsewhere:
    """A block with ``partial=`` has the attributes of its own tag, and not those of the other one."""

    @pytest.fixture(autouse=True)
    def card(self, site: Site) -> None:
        """Write the template with the content, a block of its own."""
        site.write("card.html", CARD)
        site.write("plain.html", "{% partialdef card %}{{ user_profile.name }}{% endpartialdef %}")

    @pytest.mark.parametrize("partial", ["card.html#card", "plain.html#card", "plain.html"])
    def test_they_are_found_in_the_page(self, any_site: Site, partial: str) -> None:
        html = any_site.page(
            f'{{% mizan_context "user" user_id=6 data-x=user_profile.name partial="{partial}" %}}{END}'
            f'{{% mizan_context "user" user_id=6 data-x="2" partial="{partial}" %}}{END}'
            f'{{% mizan_context "user" user_id=6 partial=where %}}{END}',
            where=partial,
        )

        assert [(each.get("data-x"), each.get("data-of")) for each in blocks_of(html)] == [
            ("Bob", None),
            ("2", None),
            (None, None),
        ]
        assert any_site.assert_refreshes_alike(html) == 3

    def test_the_block_itself_has_its_own(self, site: Site) -> None:
        html = site.page('{% include "card.html" %}')

        assert shown(html, "data-of") == ["card"]
        site.assert_refreshes_alike(html)

    def test_inside_of_another_block_too(self, site: Site) -> None:
        html = site.page(
            '{% mizan_context "notifications" data-y=1 %}'
            f'{{% mizan_context "user" user_id=6 partial="card.html#card" data-x=y with y=2 %}}{END}{END}'
        )

        assert [(each.get("data-y"), each.get("data-x")) for each in blocks_of(html)] == [
            ("1", None),
            (None, "2"),
        ]
        site.assert_refreshes_alike(html)

    def test_a_tag_that_is_gone_is_not_found(self, site: Site) -> None:
        html = site.page(f'{{% mizan_context "user" user_id=6 partial="card.html#card" data-x=1 %}}{END}')
        url = blocks_of(html)[0]["hx-get"]
        site.write("page.html", "Nothing.")

        assert site.get(url).status_code == 404
        batch = json.loads(site.get(f"/api/mizan/partials/?{url.partition('?')[2]}").text)
        assert [each["status"] for each in batch["blocks"]] == [404]

    def test_in_a_template_made_from_a_string_there_is_an_error(self, site: Site) -> None:
        source = f'{{% mizan_context "user" user_id=6 partial="card.html#card" data-x=1 %}}{END}'
        template = engines["django"].from_string
        assert template(source.replace("data-x=1", "")).render({}, RequestFactory().get("/")) != ""

        with pytest.raises(Exception, match="made from a string") as raised:
            template(source)
        assert str(raised.value) == (
            "{% mizan_context %} with 'data-x' is in a template made from a string, where a refresh can't"
            " find it. Put the tag into a file, or write that in the partial: attributes on an element with"
            " {% mizan_attributes %}."
        )

    def test_the_engine_of_the_page_is_known(self, site: Site, settings: Settings) -> None:
        (first, second) = (site.folder / name for name in ("first", "second"))
        for folder, text in ((first, "other"), (second, "own")):
            folder.mkdir()
            tag = f'{{% mizan_context "user" user_id=6 partial="card.html#card" data-x="{text}" %}}{END}'
            (folder / "page.html").write_text(tag)
        (first / "card.html").write_text(CARD)
        settings.TEMPLATES = [
            {**template_settings(folder)[0], "NAME": folder.name} for folder in (first, second)
        ]

        html = render(RequestFactory().get("/"), "page.html", using="second").text
        assert shown(html, "data-x") == ["own"]
        site.assert_refreshes_alike(html)


def test_templates_that_extend_and_include_have_the_attributes_of_their_own_blocks(site: Site) -> None:
    site.write(
        "base.html",
        f'{{% block a %}}{{% mizan_context "notifications" data-x="base" %}}{END}{{% endblock %}}',
    )
    site.write("part.html", f'{{% mizan_context "notifications" data-x="part" as own %}}{END}')
    html = site.page(
        '{% extends "base.html" %}{% block a %}{{ block.super }}'
        f'{{% mizan_context "notifications" data-x="page" as own %}}{END}{{% include "part.html" %}}'
        "{% endblock %}"
    )

    assert [block["data-x"] for block in blocks_of(html)] == ["base", "page", "part"]
    site.assert_refreshes_alike(html)


def test_a_translation_is_in_the_language_of_the_block(site: Site) -> None:
    html = site.page(
        "{% load i18n %}{% language 'de' %}"
        f'{{% mizan_context "notifications" title=_("Yes") aria-label=_("No")|upper %}}{END}'
        "{% endlanguage %}"
    )

    assert shown(html, "title", "aria-label") == ["Ja", "NEIN"]
    site.assert_refreshes_alike(html)

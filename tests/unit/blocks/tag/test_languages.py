"""A part of a page speaks the language and the time zone of the page, whatever its own address would get."""

import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path
from django.utils import timezone, translation
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.client import Context
from tests.helpers.blocks import DEFAULT_ID, MIDDLEWARE, Site, blocks_of, partial_url, sign
from tests.helpers.languages import (
    BLOCK,
    ENDPOINTS,
    IN_ENGLISH,
    IN_GERMAN,
    LOCALE,
    SHOWN,
    pages,
    speak,
)
from tests.helpers.single_flight import names, send

END = "{% endmizan_context %}"
ONE = f"{{% mizan_context 'notifications' as one %}}{{% translate 'Yes' %}}{END}"


def content(html: str) -> str:
    """Give what stands in the first wrapper."""
    return html.partition(">")[2].partition("</div>")[0]


def batch(site: Site, html: str, **headers: str) -> list[str]:
    """Refresh all blocks of a page in one request."""
    queries = "&".join(urlsplit(block["hx-get"]).query for block in blocks_of(html))
    answer = site.get(f"/api/mizan/partials/?{queries}", **headers)
    return [result["html"] for result in json.loads(answer.content)["blocks"]]


@pytest.mark.parametrize("prefixed", [True, False], ids=["/en/ and /de/", "/de/ alone"])
@pytest.mark.parametrize("asked", ["en", "de", "fr", ""])
def test_a_german_page_refreshes_in_german(
    german: Site, settings: Settings, asked: str, prefixed: bool
) -> None:
    speak(settings, *pages(german), prefixed=prefixed)
    html = german.page(BLOCK)

    response = german.refresh(html, **{"Accept-Language": asked})
    assert content(html) == content(response.text) == IN_GERMAN
    assert response.text in html
    assert response.headers["Content-Language"] == "de"
    assert batch(german, html, **{"Accept-Language": asked}) == [response.text]


def test_a_page_stays_in_its_language_when_the_visitor_changes_theirs(
    german: Site, settings: Settings
) -> None:
    for language, shown in (("de", IN_GERMAN), ("en", IN_ENGLISH)):
        german.address = german.address.replace("/de/", f"/{language}/").replace("/en/", f"/{language}/")
        html = german.page(BLOCK)
        for chosen in ("en", "de"):
            german.browser.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
            assert content(german.refresh(html).text) == shown
            assert german.assert_refreshes_alike(html) == 1


@pytest.mark.parametrize(("address", "prefixed"), [("/page/", False), ("/plain/", True), ("/plain/", False)])
def test_what_the_url_gets_by_itself_is_not_in_the_token(
    spoken: Site, settings: Settings, address: str, prefixed: bool
) -> None:
    speak(
        settings,
        *pages(spoken),
        prefixed=prefixed,
        outside=(path("plain/", spoken.page_view), path("api/mizan/", ENDPOINTS)),
    )
    spoken.address = address
    html = spoken.page(ONE)

    token = sign(["page.html#one", ["notifications"], DEFAULT_ID, {}, {}])
    assert blocks_of(html)[0]["hx-get"] == f"/api/mizan/partial/notifications/?block={token}"
    assert spoken.assert_refreshes_alike(html) == 1


def test_the_token_has_what_is_otherwise_on_the_page(spoken: Site) -> None:
    html = spoken.page(ONE)

    token = sign(["page.html#one", ["notifications"], DEFAULT_ID, {}, {}, {"lang": "de"}])
    assert blocks_of(html)[0]["hx-get"] == f"/api/mizan/partial/notifications/?block={token}"


def test_a_token_of_before_is_answered_as_its_url_is(spoken: Site) -> None:
    spoken.page(ONE)
    url = partial_url(sign(["page.html#one", ["notifications"], "x", {}, {}]), "notifications")

    for asked, word in (("de", "Ja"), ("en", "Yes")):
        assert content(spoken.get(url, **{"Accept-Language": asked}).text) == word


@pytest.mark.parametrize(
    "place",
    [{"lang": "xx"}, {"tz": "Mars/Olympus"}, {"tz": "../../etc/passwd"}, {"tz": "+9"}, {"tz": "UTC+x"}],
)
def test_a_language_or_zone_that_is_not_here_is_left_out(spoken: Site, place: dict[str, str]) -> None:
    spoken.page(f"{{% mizan_context 'notifications' as one %}}{SHOWN}{END}")
    url = partial_url(sign(["page.html#one", ["notifications"], "x", {}, {}, place]), "notifications")

    response = spoken.get(url)
    assert (response.status_code, content(response.text)) == (200, IN_ENGLISH)


@pytest.mark.parametrize("place", [{"lang": 5}, {"other": "de"}, "de", []])
def test_a_token_of_another_release_is_not_found(spoken: Site, place: object) -> None:
    spoken.page(f"{{% mizan_context 'notifications' as one %}}{SHOWN}{END}")
    url = partial_url(sign(["page.html#one", ["notifications"], "x", {}, {}, place]), "notifications")

    assert spoken.get(url).status_code == 404


def test_blocks_inside_of_blocks_lazy_ones_and_those_of_other_templates(german: Site) -> None:
    german.write("part.html", BLOCK)
    html = german.page(
        f"{{% mizan_context 'tag' tag='a' %}}{SHOWN}{BLOCK}{{% include 'part.html' %}}{END}"
        f"{{% mizan_context 'tag' tag='b' lazy %}}"
        f"{{% placeholder %}}{SHOWN}{{% endplaceholder %}}{SHOWN}{END}"
    )

    assert html.count(IN_GERMAN) == 4
    outer, _, _, lazy = blocks_of(html)
    refreshed = german.get(outer["hx-get"]).text
    assert refreshed in html
    assert refreshed.count(IN_GERMAN) == 3
    assert content(german.get(lazy["hx-get"]).text) == IN_GERMAN
    for result in batch(german, html):
        assert IN_GERMAN in result
        assert IN_ENGLISH not in result


def test_nothing_of_a_refresh_stays_with_the_thread(spoken: Site, settings: Settings) -> None:
    html = spoken.page("{% timezone 'Asia/Tokyo' %}" + BLOCK + "{% endtimezone %}")
    settings.MIDDLEWARE = MIDDLEWARE  # of which none puts anything right
    spoken.browser = Client()
    with translation.override("en"):
        assert content(spoken.refresh(html).text) == "Ja 1.234,5 Asia/Tokyo"
        assert translation.get_language() == "en"
        assert timezone.get_current_timezone_name() == "UTC"


TAGS = {
    "{% language 'de' %}@{% endlanguage %}": "Ja 1.234,5 UTC 12:00",
    "{% language spoken %}@{% endlanguage %}": "Ja 1.234,5 UTC 12:00",
    "{% language 'en' %}@{% endlanguage %}": "Yes 1,234.5 UTC 12:00",
    "{% language 'fr' %}@{% endlanguage %}": "Oui 1\xa0234,5 UTC 12:00",
    "{% timezone 'Asia/Tokyo' %}@{% endtimezone %}": "Yes 1,234.5 Asia/Tokyo 21:00",
    "{% timezone zone %}@{% endtimezone %}": "Yes 1,234.5 +0330 15:30",
    "{% timezone 'UTC' %}@{% endtimezone %}": "Yes 1,234.5 UTC 12:00",
    "{% localize off %}@{% endlocalize %}": "Yes 1234.5 UTC 12:00",
    "{% localize on %}@{% endlocalize %}": "Yes 1,234.5 UTC 12:00",
    "{% localtime on %}@{% endlocaltime %}": "Yes 1,234.5 UTC 12:00",
    "{% timezone 'Asia/Tokyo' %}{% localtime off %}@{% endlocaltime %}{% endtimezone %}": (
        "Yes 1,234.5 Asia/Tokyo 12:00"
    ),
    "{% language 'de' %}{% localize off %}{% timezone 'Asia/Tokyo' %}@{% endtimezone %}{% endlocalize %}"
    "{% endlanguage %}": "Ja 1234.5 Asia/Tokyo 21:00",
}


@pytest.mark.parametrize("around", TAGS)
@pytest.mark.parametrize("included", [False, True], ids=["in place", "included"])
@pytest.mark.parametrize("public", [False, True], ids=["private", "public"])
@pytest.mark.parametrize(
    "visitor", [{}, {"zone": "Asia/Tokyo", "django_language": "fr"}], ids=["plain", "other"]
)
def test_tags_around_a_block_hold_when_it_refreshes(
    spoken: Site, settings: Settings, around: str, included: bool, public: bool, visitor: dict[str, str]
) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("fr", "Français")]
    settings.LANGUAGE_CODE = "en"
    speak_plainly(spoken, settings)

    @client(context=Context("clock", public=public))
    def moment(request: HttpRequest) -> datetime:
        return datetime(2026, 7, 1, 12, tzinfo=UTC)

    register(moment)
    block = f"{{% mizan_context 'clock' %}}{SHOWN} {{{{ moment|date:'H:i' }}}}{END}"
    spoken.write("part.html", block)
    source = around.replace("@", "{% include 'part.html' %}" if included else block)
    html = spoken.page(source, spoken="de", zone=timezone.get_fixed_timezone(210))
    if not visitor:
        assert content(html) == TAGS[around]
    assert spoken.assert_refreshes_alike(html) == 1

    spoken.browser.cookies.load(visitor)
    html = spoken.page(source, spoken="de", zone=timezone.get_fixed_timezone(210))
    wanted, shown = TAGS[around].split(), content(html).split()
    # A public one in another template can't be told from one of a visitor who has chosen the same.
    is_known = not (public and included)
    if "language" in around and is_known:
        assert shown[0] == wanted[0]
    if "timezone" in around and is_known:
        assert shown[-2:] == wanted[-2:]
    assert spoken.assert_refreshes_alike(html) == 1


def speak_plainly(site: Site, settings: Settings) -> None:
    """Take the prefixes away: languages come from the visitor alone."""
    settings.ROOT_URLCONF = (path("plain/", site.page_view), path("api/mizan/", ENDPOINTS))
    site.address = "/plain/"


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("{% language 'de' %}@{% endlanguage %}", "Ja 1.234,5"),
        ("{% timezone 'UTC' %}@{% endtimezone %}", " UTC"),
    ],
)
def test_a_tag_holds_when_the_visitor_changes_what_the_url_gets(
    spoken: Site, settings: Settings, tag: str, shown: str
) -> None:
    speak_plainly(spoken, settings)
    pages_of_both = [
        spoken.visit(tag.replace("@", BLOCK)).text,
        spoken.get("/plain/", **{"Accept-Language": "de"}).text,
    ]
    spoken.browser.cookies.load({"zone": "Asia/Tokyo", settings.LANGUAGE_COOKIE_NAME: "en"})

    for html in pages_of_both:
        assert shown in content(html)
        assert shown in content(spoken.refresh(html).text)


@pytest.mark.parametrize("asked", ["en", "de"])
def test_a_block_that_is_in_no_language_stays_in_none(spoken: Site, settings: Settings, asked: str) -> None:
    speak_plainly(spoken, settings)
    spoken.browser = Client(headers={"Accept-Language": asked})
    html = spoken.page(f"{{% language None %}}{BLOCK}{{% endlanguage %}}")
    assert content(html) == "Yes 1234.5 UTC"
    assert spoken.assert_refreshes_alike(html) == 1


def test_the_page_of_a_base_template_with_tags_around_its_blocks(german: Site) -> None:
    german.write(
        "base.html",
        "{% timezone 'Asia/Tokyo' %}{% language 'en' %}{% block a %}{% endblock %}{% endlanguage %}"
        "{% endtimezone %}",
    )
    html = german.page("{% extends 'base.html' %}{% block a %}" + BLOCK + "{% endblock %}")

    assert content(html) == "Yes 1,234.5 Asia/Tokyo"
    assert german.assert_refreshes_alike(html) == 1


def test_a_view_chooses_the_time_zone_and_language_of_its_page(spoken: Site, settings: Settings) -> None:
    def chosen(request: HttpRequest) -> HttpResponse:
        with translation.override("de"), timezone.override("Asia/Tokyo"):
            return render(request, "page.html")

    spoken.write("page.html", BLOCK)
    settings.ROOT_URLCONF = (path("chosen/", chosen), path("api/mizan/", ENDPOINTS))
    html = spoken.get("/chosen/").text

    assert content(html) == "Ja 1.234,5 Asia/Tokyo"
    assert spoken.assert_refreshes_alike(html) == 1
    assert translation.get_language() == "en"


def test_a_page_stays_in_its_time_zone_when_the_visitor_changes_theirs(german: Site) -> None:
    german.browser.cookies["zone"] = "Asia/Tokyo"
    html = german.page(BLOCK)
    german.browser.cookies["zone"] = "Europe/Berlin"

    assert content(html) == content(german.refresh(html).text) == "Ja 1.234,5 Asia/Tokyo"


def test_one_page_reads_once_for_each_language_and_time_zone(german: Site) -> None:
    @client(context="word")
    def word(request: HttpRequest) -> str:
        german.calls.append("word")
        return translation.gettext("Yes")

    register(word)
    block = "{% mizan_context 'word' %}{{ word }}{% endmizan_context %}"
    html = german.page(block * 2 + "{% language 'en' %}" + block * 2 + "{% endlanguage %}")

    assert german.calls == ["word", "word"]
    assert [html.count(f">{each}</div>") for each in ("Ja", "Yes")] == [2, 2]
    assert [content(result) for result in batch(german, html)] == ["Ja", "Ja", "Yes", "Yes"]


def test_what_templates_ask_for_the_language_gets_the_same(german: Site, settings: Settings) -> None:
    settings.TEMPLATES[0]["OPTIONS"]["context_processors"] += [
        "django.template.context_processors.i18n",
        "django.template.context_processors.tz",
    ]
    settings.TEMPLATES = [*settings.TEMPLATES]
    asked = "{{ LANGUAGE_CODE }} {{ request.LANGUAGE_CODE }} {{ TIME_ZONE }}"
    block = f"{{% mizan_context 'notifications' %}}{asked}{END}"
    html = german.page(block + "{% timezone 'Asia/Tokyo' %}" + block + "{% endtimezone %}")

    shown = ["de de UTC", "de de Asia/Tokyo"]
    assert [content(result) for result in batch(german, html)] == shown
    assert german.assert_refreshes_alike(html) == 2


def test_endpoints_with_a_prefix_of_their_own(german: Site, settings: Settings) -> None:
    """A batch goes to the page's mount, whatever the blocks' own addresses are."""
    for prefixed in (True, False):
        speak(
            settings,
            *pages(german),
            path("m/", ENDPOINTS),
            prefixed=prefixed,
            outside=(path("x/", ENDPOINTS),),
        )
        settings.ROOT_URLCONF = settings.ROOT_URLCONF[:-1]
        html = german.page(f"{BLOCK}{{% language 'en' %}}{BLOCK}{{% endlanguage %}}")
        queries = "&".join(urlsplit(block["hx-get"]).query for block in blocks_of(html))
        results = json.loads(german.get(f"/de/m/partials/?{queries}").content)["blocks"]
        assert [content(result["html"]) for result in results] == [IN_GERMAN, IN_ENGLISH]
        assert "".join(result["html"] for result in results) == html
        assert german.assert_refreshes_alike(html) == 2


@pytest.mark.parametrize("prefixed", [True, False])
def test_blocks_that_a_mutation_brings_speak_as_their_refresh_would(
    german: Site, settings: Settings, prefixed: bool
) -> None:
    @client(affects="notifications", atomic=False)
    def save(request: HttpRequest) -> HttpResponse:
        translation.activate("fr")
        timezone.activate("Asia/Tokyo")
        return HttpResponse("Saved.")

    settings.MIZAN_SINGLE_FLIGHT = True
    speak(
        settings,
        *pages(german),
        path("save/", save),
        prefixed=prefixed,
        outside=(path("plain/", german.page_view), path("api/mizan/", ENDPOINTS)),
    )
    try:
        for address, shown in ((german.address, IN_GERMAN), ("/plain/", IN_ENGLISH)):
            german.address = address
            html = german.page(BLOCK)
            german.write("page.html", BLOCK.replace("'Yes'", "'No'"))
            answer = send(german, "/de/save/", names(html))
            block = blocks_of(html)[0]
            assert answer.brought == {block["id"]: german.get(block["hx-get"]).text}
            assert shown.split()[1] in (answer.brought[block["id"]] or "")
            assert " UTC" in (answer.brought[block["id"]] or "")
    finally:
        timezone.deactivate()


def test_a_late_page_of_a_coroutine(spoken: Site, settings: Settings) -> None:
    async def late(request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "page.html")

    spoken.write("page.html", "{% timezone 'Asia/Tokyo' %}" + BLOCK + "{% endtimezone %}")
    speak(settings, path("late/", late))
    for server in ("wsgi", "asgi"):
        spoken.server = server
        html = spoken.get("/de/late/").text
        assert content(html) == "Ja 1.234,5 Asia/Tokyo"
        assert spoken.assert_refreshes_alike(html) == 1


def test_a_zone_without_a_name_is_refused_under_debug(spoken: Site, settings: Settings) -> None:
    class Nameless(tzinfo):
        def utcoffset(self, dt: datetime | None) -> timedelta:
            return timedelta(hours=5)

        def dst(self, dt: datetime | None) -> timedelta:
            return timedelta(0)

        def tzname(self, dt: datetime | None) -> str:
            return "Somewhere"

        def __repr__(self) -> str:
            return "Nameless()"

    @client(context=Context("news", public=True))
    def news(request: HttpRequest) -> int:
        return 1

    register(news)
    public = "{% mizan_context 'news' %}{{ news }}{% endmizan_context %}"
    for block in (BLOCK, public):
        settings.DEBUG = False
        source = "{% timezone zone %}" + block + "{% endtimezone %}"
        assert spoken.visit(source, zone=Nameless()).status_code == 200
        settings.DEBUG = True
        response: Any = spoken.visit(source, zone=Nameless())
        assert response.status_code == 500
        assert "The time zone Nameless() around a block or form has no name" in response.text


def test_only_locale_middleware_says_which_language_the_answer_is_in(
    spoken: Site, settings: Settings
) -> None:
    html = spoken.page(BLOCK)
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != LOCALE]
    spoken.browser = Client()
    response = spoken.refresh(html)

    assert content(response.text) == IN_GERMAN
    assert "Content-Language" not in response.headers

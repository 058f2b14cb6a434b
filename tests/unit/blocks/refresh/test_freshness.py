"""Blocks of a page say which notes of the cookie they are newer than; of its own one that is proven."""

import logging
import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.invalidation.cookie import COOKIE
from mizan_htmx.setup.registry import registry
from tests.helpers.blocks import MIDDLEWARE, Site, blocks_of
from tests.helpers.visitor import SyncOrAsync

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "0123456789abcdef", "fedcba9876543210"
USER = '{% mizan_context "user" user_id=5 %}{{ user_profile.name }}{% endmizan_context %}'
TAG = '{% mizan_context "tag" tag="x" %}{{ tag_label }}{% endmizan_context %}'
NAVIGATION = {"Sec-Fetch-Mode": "navigate"}


def numbers(html: str) -> list[str | None]:
    """List what the blocks of a page say to be newer than."""
    return [block.get("data-mizan-notes") for block in blocks_of(html)]


def notes(response: HttpResponse) -> dict[str, str]:
    """Read the cookie of an answer."""
    pairs = [each.partition(":") for each in response.cookies[COOKIE].value.split("|")]
    return {number: unquote(text) for number, _, text in pairs}


def serve(settings: Settings, **views: Any) -> None:
    """Serve views by their names, beside the endpoints."""
    own = [path(f"{name}/", view) for name, view in views.items()]
    settings.ROOT_URLCONF = (*own, path("api/mizan/", include("mizan_htmx.urls")))


def visit(site: Site, url: str) -> HttpResponse:
    """Go to a page as a browser does."""
    return site.get(url, **NAVIGATION)


def bring(site: Site, value: str) -> None:
    """Have a cookie from here on."""
    site.browser.cookies[COOKIE] = value


class TestNotesOfBefore:
    """Notes that the request of a page has brought."""

    def test_blocks_that_they_cover_have_their_numbers(self, any_site: Site) -> None:
        assert numbers(any_site.page(USER + TAG)) == [None, None]
        bring(any_site, f"{NUMBER}:user%3Buser_id%3D5%2C%20tag|{OTHER}:user")
        assert numbers(any_site.page(USER + TAG)) == [f"{NUMBER} {OTHER}", NUMBER]
        bring(any_site, f"{NUMBER}:user%3Buser_id%3D6|{OTHER}:nobody|user|{'0' * 15}:user")
        assert numbers(any_site.page(USER + TAG)) == [None, None]
        bring(any_site, f"{NUMBER}:*")
        assert numbers(any_site.page(USER + TAG)) == [NUMBER] * 2

    def test_what_stands_inside_has_them_too_and_a_lazy_block_has_nothing_to_say_it_of(
        self, site: Site
    ) -> None:
        bring(site, f"{NUMBER}:*")
        inner = '{% mizan_context "user" user_id=6 %}{{ user_profile.name }}{% endmizan_context %}'
        html = site.page(
            '{% mizan_context "tag" tag="x" %}'
            + inner
            + "{% endmizan_context %}"
            + USER.replace("=5", "=5 lazy")
        )
        assert numbers(html) == [NUMBER, NUMBER, None]

    def test_refreshes_and_answers_to_htmx_say_nothing(self, site: Site) -> None:
        html = site.page(USER)
        bring(site, f"{NUMBER}:user")
        block = blocks_of(html)[0]
        assert site.get(block["hx-get"], HX_Request="true").text in html
        site.write("page.html", USER)
        assert numbers(site.get("/page/", HX_Request="true").text) == [None]

    def test_a_name_of_https_counts_as_well(self, site: Site) -> None:
        site.browser.cookies[f"__Host-{COOKIE}"] = f"{NUMBER}:user"
        assert numbers(site.page(USER)) == [NUMBER]

    @pytest.mark.parametrize("lag", [0.5, lambda: 0.0, lambda: None])
    def test_what_a_replica_may_be_behind_of_is_not_newer(
        self, site: Site, settings: Settings, lag: object
    ) -> None:
        bring(site, f"{NUMBER}:user")
        settings.MIZAN_REPLICA_LAG = lag
        assert numbers(site.page(USER)) == [None]

    def test_of_very_many_the_last_ones_count(self, site: Site) -> None:
        given = [f"{number:016x}" for number in range(100)]
        bring(site, "|".join(f"{number}:user" for number in given))
        assert numbers(site.page(USER)) == [" ".join(given[-8:])]

    def test_a_page_for_everybody_says_nothing_of_who_asked(self, site: Site, settings: Settings) -> None:
        site.write("page.html", '{% mizan_context "slogan" %}{{ slogan }}{% endmizan_context %}')

        slogan_context = Context("slogan", public=True)

        @client(context=slogan_context)
        def slogan(request: HttpRequest) -> str:
            return "Work"

        @client(context=slogan_context)
        def slogan_page(request: HttpRequest) -> HttpResponse:
            return render(request, "page.html")

        register(slogan)
        register(slogan_page)
        serve(settings, public=slogan_page, own=lambda request: render(request, "page.html"))
        bring(site, f"{NUMBER}:slogan")
        assert numbers(visit(site, "/public/").text) == [None]
        assert numbers(visit(site, "/own/").text) == [NUMBER]


def changing(site: Site, kind: str) -> Any:
    """Give a view that changes a name and shows it, or the other way round."""

    def change() -> None:
        site.names[5] = "Grace"

    def later(request: HttpRequest) -> HttpResponse:
        change()
        return TemplateResponse(request, "page.html")

    def first(request: HttpRequest) -> HttpResponse:
        change()
        return render(request, "page.html")

    def last(request: HttpRequest) -> HttpResponse:
        response = render(request, "page.html")
        change()
        return response

    def between(request: HttpRequest) -> HttpResponse:
        before = render(request, "page.html")
        change()
        return HttpResponse(before.content + render(request, "page.html").content)

    return {"later": later, "first": first, "last": last, "between": between}[kind]


class TestItsOwnNote:
    """A page whose own request changes something."""

    @pytest.mark.parametrize("server", ["wsgi", "asgi"])
    @pytest.mark.parametrize("kind", ["later", "first"])
    def test_what_is_shown_as_a_refresh_would_show_it_is_newer(
        self, site: Site, settings: Settings, sync_or_async: SyncOrAsync, kind: str, server: str
    ) -> None:
        site.server = server
        site.write("page.html", TAG + USER)
        view = client(affects="user", methods=["GET"])(sync_or_async(changing(site, kind)))
        serve(settings, change=view)
        response = visit(site, "/change/")
        assert "Grace" in response.text
        [(number, text)] = notes(response).items()
        assert (numbers(response.text), text) == ([None, number], "user")

    @pytest.mark.parametrize("server", ["wsgi", "asgi"])
    @pytest.mark.parametrize("kind", ["last", "between"])
    def test_what_was_shown_before_is_named_once_more(
        self, site: Site, settings: Settings, sync_or_async: SyncOrAsync, kind: str, server: str
    ) -> None:
        site.server = server
        site.write("page.html", TAG + USER)
        view = client(affects="user", methods=["GET"])(sync_or_async(changing(site, kind)))
        serve(settings, change=view)
        response = visit(site, "/change/")
        assert "Grace" not in response.text
        found = notes(response)
        own = next(number for number in numbers(response.text) if number)
        # The second block has what the reader gave to the first: it is not newer by its place.
        assert list(found.values()) == ["user;user_id=5", "user"]
        assert list(found)[1] == own

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_plain_view_says_so_by_invalidate(self, site: Site, settings: Settings, when: str) -> None:
        site.write("page.html", USER)

        def plain(request: HttpRequest) -> HttpResponse:
            site.names[5] = "Grace"
            if when == "before":
                invalidate(request, "user", user_id=5)
            response = render(request, "page.html")
            if when == "after":
                invalidate(request, "user", user_id=5)
            return response

        serve(settings, plain=plain)
        response = visit(site, "/plain/")
        [number] = notes(response)
        assert numbers(response.text) == [number if when == "before" else None]

    def test_a_block_that_shows_the_address_is_newer_as_well(self, site: Site, settings: Settings) -> None:
        seen = (
            "{{ request.GET.urlencode }} {{ request.get_full_path }} {{ request.resolver_match.view_name }}"
        )
        site.write("page.html", USER.replace("}{{", "}" + seen + "{{"))

        @client(affects="user", methods=["GET"])
        def change(request: HttpRequest) -> HttpResponse:
            vars(request)["GET"] = QueryDict("page=2&more=1")  # as a middleware may do
            site.names[5] = "Grace"
            return render(request, "page.html")

        serve(settings, change=change)
        response = visit(site, "/change/?page=2")
        assert ">page=2&amp;more=1 /change/?page=2 " in response.text
        [(number, text)] = notes(response).items()
        assert (numbers(response.text), text) == ([number], "user")

    def test_what_changes_nothing_has_no_number(self, site: Site, settings: Settings) -> None:
        site.write("page.html", USER)

        @client(affects="user", methods=["GET", "POST"])
        def both(request: HttpRequest) -> HttpResponse:
            return render(request, "page.html")

        serve(settings, both=both)
        assert numbers(visit(site, "/both/").text) == [None]
        response = site.request("POST", "/both/", **NAVIGATION)
        assert numbers(response.text) == list(notes(response))

    def test_the_number_is_not_used_for_an_answer_without_the_page(
        self, site: Site, settings: Settings
    ) -> None:
        site.write("page.html", USER)
        rendered: list[str] = []

        @client(affects="user", methods=["GET"])
        def away(request: HttpRequest) -> HttpResponse:
            rendered.append(render(request, "page.html").content.decode())
            return HttpResponseRedirect("/")

        serve(settings, away=away)
        [number] = notes(visit(site, "/away/"))
        [kept] = numbers(rendered[0])
        assert kept is not None
        assert kept != number

    @pytest.mark.parametrize("single_flight", [False, True])
    @pytest.mark.parametrize(
        "more",
        [
            "{% csrf_token %}",
            "{% mizan_context 'tag' tag='y' %}{% csrf_token %}{% endmizan_context %}",
            "{% for each in messages %}{{ each }}{% endfor %}",
        ],
    )
    def test_what_differs_at_each_rendering_does_not_count(
        self,
        site: Site,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        more: str,
        single_flight: bool,
    ) -> None:
        settings.MIZAN_SINGLE_FLIGHT = single_flight
        versions = iter(range(100))
        monkeypatch.setattr(registry, "clock", lambda: f"0a1b2c3d.{next(versions)}")
        site.write("page.html", USER.replace("{% endm", f"{more}{{% endm"))
        view = client(affects=["user", "tag"], methods=["GET"])(changing(site, "first"))
        serve(settings, change=view)
        response = visit(site, "/change/")
        assert set(numbers(response.text)) == set(notes(response))

    def test_what_a_form_in_it_does_afterwards_counts(self, site: Site, settings: Settings) -> None:
        form = '<form data-mizan-after="{{ user_profile.name }}"></form>'
        site.write("page.html", USER.replace("{{ user_profile.name }}", form))
        for kind, number in (("first", 1), ("last", 2)):
            site.names[5] = "Ada"
            site.browser.cookies.clear()
            serve(settings, change=client(affects="user", methods=["GET"])(changing(site, kind)))
            assert len(notes(visit(site, "/change/"))) == number

    def test_what_a_reader_writes_meanwhile_is_undone(self, site: Site, settings: Settings) -> None:
        user = User.objects.create(username="0")

        @client(context="user")
        def visits(request: HttpRequest, user_id: int) -> str:
            seen = str(int(User.objects.get(pk=user.pk).username) + 1)
            User.objects.filter(pk=user.pk).update(username=seen)
            return seen

        register(visits)
        site.write("page.html", USER.replace("{{ user_profile.name }}", "{{ visits }}"))
        serve(settings, change=client(affects="user", methods=["GET"])(changing(site, "first")))
        assert len(notes(visit(site, "/change/"))) == 2  # it does differ
        user.refresh_from_db()
        assert user.username == "1"

    def test_messages_that_the_page_has_not_shown_are_kept(self, site: Site, settings: Settings) -> None:
        loop = "{% for each in messages %}{{ each }}{% endfor %}"
        own = f"{{% if user_profile.name == 'Grace' %}}{loop}{{% endif %}}"
        site.write("page.html", USER.replace("{{ user_profile.name }}", own))

        @client(affects="user", methods=["GET"])
        def greet(request: HttpRequest) -> HttpResponse:
            messages.success(request, "Welcome")
            response = render(request, "page.html")
            site.names[5] = "Grace"
            return response

        serve(settings, greet=greet, next=lambda request: render(request, "page.html"))
        assert "Welcome" not in visit(site, "/greet/").text
        assert "Welcome" in visit(site, "/next/").text

    def test_a_reader_that_fails_then_leaves_the_answer_as_it_is(
        self, site: Site, settings: Settings
    ) -> None:
        site.write("page.html", USER)

        @client(affects="user", methods=["GET"])
        def broken(request: HttpRequest) -> HttpResponse:
            response = render(request, "page.html")
            del site.names[5]
            return response

        serve(settings, broken=broken)
        response = visit(site, "/broken/")
        assert response.status_code == 200
        assert list(notes(response).values()) == ["user;user_id=5", "user"]

    def test_a_template_that_is_gone_then_shows_nothing(self, site: Site, settings: Settings) -> None:
        site.write("part.html", "{{ user_profile.name }}")
        site.write(
            "page.html", '{% mizan_context "user" user_id=5 partial="part.html" %}{% endmizan_context %}'
        )

        @client(affects="user", methods=["GET"])
        def gone(request: HttpRequest) -> HttpResponse:
            response = render(request, "page.html")
            (site.folder / "part.html").unlink()
            return response

        serve(settings, gone=gone)
        assert list(notes(visit(site, "/gone/")).values()) == ["user;user_id=5", "user"]

    def test_whatever_else_fails_is_logged(
        self,
        site: Site,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(request: HttpRequest) -> HttpRequest:
            raise RuntimeError("No copy.")

        monkeypatch.setattr("mizan_htmx.blocks.refresh.freshness_check.copy_as_get", fail)
        site.write("page.html", USER)
        serve(settings, change=client(affects="user", methods=["GET"])(changing(site, "first")))
        with caplog.at_level(logging.ERROR, "mizan_htmx.freshness"):
            response = visit(site, "/change/")
        assert "Grace" in response.text
        assert list(notes(response).values()) == ["user;user_id=5", "user"]
        assert [record.message for record in caplog.records] == [
            "The freshness of the blocks of /change/ is unknown."
        ]

    def test_more_blocks_than_a_request_may_ask_for_are_refreshed(
        self, site: Site, settings: Settings
    ) -> None:
        site.write(
            "page.html",
            "{% for _ in many %}" + USER.replace("=5 ", "=5 with n=forloop.counter ") + "{% endfor %}",
        )

        def many(request: HttpRequest) -> HttpResponse:
            return render(request, "page.html", {"many": range(int(request.GET["n"]))})

        serve(settings, change=client(affects="user", methods=["GET"])(many))
        assert len(notes(visit(site, "/change/?n=50"))) == 1
        site.browser.cookies.clear()
        site.calls.clear()
        assert len(notes(visit(site, "/change/?n=51"))) == 2
        assert site.calls == ["user_profile 5"]

    def test_where_scripts_see_the_header_nothing_is_compared(self, site: Site, settings: Settings) -> None:
        site.write("page.html", USER)
        serve(settings, change=client(affects="user", methods=["GET"])(changing(site, "first")))
        response = site.get("/change/", Sec_Fetch_Mode="cors")
        assert (dict(response.cookies), site.calls) == ({}, ["user_profile 5"])

    def test_without_the_middleware_nothing_is_newer(self, site: Site, settings: Settings) -> None:
        settings.MIDDLEWARE = MIDDLEWARE[:-1]
        site.write("page.html", USER)
        for kind, numbers in (("first", 2), ("later", 1)):
            site.browser.cookies.clear()
            serve(settings, change=client(affects="user", methods=["GET"])(changing(site, kind)))
            response = visit(site, "/change/")
            assert len(notes(response)) == numbers

    def test_what_a_replica_may_be_behind_of_is_not_newer(self, site: Site, settings: Settings) -> None:
        settings.MIZAN_REPLICA_LAG = 1
        site.write("page.html", USER)
        serve(settings, change=client(affects="user", methods=["GET"])(changing(site, "first")))
        response = visit(site, "/change/")
        assert numbers(response.text) == [None]
        assert re.fullmatch(r"[0-9a-f]{16}:user", response.cookies[COOKIE].value)

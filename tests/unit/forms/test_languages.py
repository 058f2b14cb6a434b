"""A form is filled in, validated and sent in the language and time zone of the page it stands on."""

import html
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

import pytest
from asgiref.sync import async_to_sync
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.test import AsyncClient
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.blocks.scripts import call_attributes
from mizan_htmx.client import Context
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from mizan_htmx.localization import Localization, sign
from tests.helpers.blocks import Site, template_settings
from tests.helpers.languages import BLOCK, ENDPOINTS, IN_GERMAN, LIBRARIES, pages, speak

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
HTMX = {"HX-Request": "true"}
LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]


@pytest.fixture(autouse=True)
def saved(german: Site, settings: Settings) -> list[dict[str, Any]]:
    """Declare a form with what is written otherwise in German; give what it has saved."""
    settings.TEMPLATES = template_settings(german.folder, loaders=LOADERS)
    settings.TEMPLATES[0]["OPTIONS"]["builtins"] += LIBRARIES
    saved: list[dict[str, Any]] = []

    class PriceForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(
            name="price", title=cast("str", gettext_lazy("Yes")), enable_formset=True, live_validation=True
        )
        formset_options: ClassVar = {"extra": 1}
        success_message = gettext_lazy("Yes")

        price = forms.DecimalField(localize=True)
        whole = forms.DecimalField(localize=True)
        moment = forms.DateTimeField(localize=True, required=False)

        @classmethod
        def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            assert "mizan-locale" not in request.GET
            return {"initial": INITIAL}

        @classmethod
        def get_formset_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            return {"initial": [INITIAL]}

        def on_submit_success(self, request: HttpRequest) -> Any:
            saved.append(self.cleaned_data)
            asked = request.GET.get("as")
            if asked == "late":
                return TemplateResponse(request, "late.html")
            return {"said": gettext("Yes")} if asked == "dict" else None

        @classmethod
        def on_formset_success(cls, request: HttpRequest, formset: Any) -> None:
            saved.extend(form.cleaned_data for form in formset if form.has_changed() or form.cleaned_data)

    return saved


INITIAL = {
    "price": Decimal("1234.5"),
    "whole": Decimal("1234"),
    "moment": datetime(2026, 7, 1, 12, tzinfo=UTC),
}
SHOWN = {"price": "1.234,5", "whole": "1.234", "moment": "01.07.2026 12:00:00"}


def fields(text: str) -> dict[str, str]:
    """Give a form's fields and what stands in them."""
    inputs = re.findall(r"<input [^>]*>", text)
    named = {re.search(r'name="([^"]*)"', each)[1]: each for each in inputs}  # type: ignore[index]
    return {
        name: html.unescape(found[1] if (found := re.search(r'value="([^"]*)"', each)) else "")
        for name, each in named.items()
    }


def attribute(text: str, name: str) -> str:
    """Give an attribute's value, of the first element that has it."""
    found = re.search(rf'{name}="([^"]*)"', text)
    assert found, text
    return html.unescape(found[1])


def post(site: Site, url: str, values: dict[str, str], **headers: str) -> Any:
    """Send a form as htmx does, over WSGI or ASGI."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    browser = site.browser if site.server == "wsgi" else AsyncClient(raise_request_exception=False)
    answer: Any = browser.post(url, urlencode(values), FORM, headers={**HTMX, **named})
    return answer if site.server == "wsgi" else async_to_sync(_wait)(answer)


async def _wait(answer: Any) -> Any:
    return await answer


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("asked", ["en", "de", ""])
def test_a_form_that_nobody_touched_is_taken_as_it_is(
    german: Site, settings: Settings, saved: list[dict[str, Any]], asked: str, prefixed: bool
) -> None:
    speak(settings, *pages(german), prefixed=prefixed)
    text = german.page('{% mizan_form "price" card=5 %}')
    assert {name: fields(text)[name] for name in SHOWN} == SHOWN
    action = attribute(text, "action")
    assert action.startswith("/api/mizan/form/price/?card=5&mizan-locale=")

    response = post(german, action, fields(text), Accept_Language=asked)
    assert response.status_code == 200, response.text
    assert saved == [INITIAL]
    assert response.headers["Content-Language"] == "de"
    assert attribute(response.text, "action") == action
    assert "Ja" in response.text
    assert {name: fields(response.text)[name] for name in SHOWN} == SHOWN


def test_it_is_validated_and_refused_in_its_language(german: Site, saved: list[dict[str, Any]]) -> None:
    text = german.page('{% mizan_form "price" %}')
    values = {**fields(text), "price": "x", "mizan_touched": "price"}

    checked = post(german, attribute(text, "data-mizan-validate"), values)
    assert (checked.status_code, "Bitte eine Zahl eingeben." in checked.text) == (200, True)
    refused = post(german, attribute(checked.text, "action"), values)
    assert (refused.status_code, "Bitte eine Zahl eingeben." in refused.text) == (422, True)
    again = post(german, attribute(refused.text, "action"), {**fields(refused.text), "price": "1.234,5"})
    assert (again.status_code, saved) == (200, [INITIAL])


def test_the_rows_of_a_formset(german: Site, saved: list[dict[str, Any]]) -> None:
    text = german.page('{% mizan_formset "price" %}')
    rows = {name: value for name, value in fields(text).items() if "__prefix__" not in name}
    assert (rows["price-0-price"], rows["price-0-whole"]) == ("1.234,5", "1.234")

    checked = post(german, attribute(text, "data-mizan-validate"), {**rows, "price-0-price": "1.234,50"})
    assert fields(checked.text)["price-0-price"] == "1.234,50"
    response = post(german, attribute(checked.text, "action"), rows)
    assert (response.status_code, saved[0]["whole"]) == (200, INITIAL["whole"])


def test_the_time_zone_of_the_page(german: Site, saved: list[dict[str, Any]]) -> None:
    text = german.page('{% timezone "Asia/Tokyo" %}{% mizan_form "price" %}{% endtimezone %}')
    assert fields(text)["moment"] == "01.07.2026 21:00:00"

    response = post(german, attribute(text, "action"), fields(text))
    assert (response.status_code, saved) == (200, [INITIAL])
    assert fields(response.text)["moment"] == "01.07.2026 21:00:00"
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("answer", ["dict", "late"])
def test_what_a_hook_answers(german: Site, answer: str) -> None:
    german.write("late.html", "{% translate 'Yes' %}")
    german.write("mizan_htmx_none.html", "")
    (german.folder / "mizan_htmx").mkdir()
    german.write("mizan_htmx/form_success.html", "{{ data.said }}")
    text = german.page(f'{{% mizan_form "price" as="{answer}" %}}')

    assert post(german, attribute(text, "action"), fields(text)).text == "Ja"


def test_a_form_in_a_block_that_has_refreshed(german: Site, saved: list[dict[str, Any]]) -> None:
    text = german.page('{% mizan_context "notifications" %}{% mizan_form "price" %}{% endmizan_context %}')
    refreshed = german.refresh(text).text
    assert attribute(refreshed, "action") == attribute(text, "action")
    assert post(german, attribute(refreshed, "action"), fields(refreshed)).status_code == 200
    assert saved == [INITIAL]


def test_without_javascript_it_comes_back_in_its_language(german: Site) -> None:
    text = german.page('{% mizan_form "price" %}')
    response = german.browser.post(attribute(text, "action"), {**fields(text), "price": "x"})

    assert response.status_code == 422
    assert "Bitte eine Zahl eingeben." in response.text
    assert attribute(response.text, "action") == attribute(text, "action")


@pytest.mark.parametrize("token", ["forged", sign(Localization("de"))[:-1], "", "x" * 600])
def test_what_nobody_signed_is_as_if_it_was_not_there(german: Site, token: str) -> None:
    response = german.get(f"/api/mizan/form/price/?mizan-locale={token}&card=5", **HTMX)

    assert response.status_code == 200
    assert fields(response.text)["price"] == "1,234.5"
    english = sign(Localization("en"))
    assert attribute(response.text, "action") == f"/api/mizan/form/price/?card=5&mizan-locale={english}"


def test_a_visitor_who_chooses_another_language_meanwhile(
    german: Site, settings: Settings, saved: list[dict[str, Any]]
) -> None:
    speak(settings, outside=(path("plain/", german.page_view), path("api/mizan/", ENDPOINTS)))
    german.write("page.html", '{% mizan_form "price" %}')
    text = german.get("/plain/", **{"Accept-Language": "de"}).text
    german.browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    assert fields(text)["whole"] == "1.234"
    assert post(german, attribute(text, "action"), fields(text)).status_code == 200
    assert saved == [INITIAL]


def test_where_nothing_can_differ_the_url_is_as_it_was(german: Site, settings: Settings) -> None:
    speak(settings, *pages(german), prefixed=False)
    german.address = "/page/"
    text = german.page('{% mizan_form "price" %}{% mizan_form "price" card=5 %}')

    assert re.findall(r'action="([^"]*)"', text) == [
        "/api/mizan/form/price/",
        "/api/mizan/form/price/?card=5",
    ]


def test_a_mutation_answers_html_in_the_language_of_the_page(german: Site) -> None:
    @client(affects="notifications", atomic=False)
    def now(request: HttpRequest) -> HttpResponse:
        german.write("now.html", "{% translate 'Yes' %}")
        assert "mizan-locale" not in request.GET
        return render(request, "now.html")

    @client(affects="notifications", atomic=False)
    def late(request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "now.html")

    @client(affects="notifications", atomic=False)
    async def waiting(request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "now.html")

    @client(affects="notifications", atomic=False)
    async def word(request: HttpRequest) -> str:
        return gettext("Yes")

    for each in (now, late, waiting, word):
        register(each)
        text = german.page(f'<button {{% mizan_call "{each.mizan.name}" %}}>')
        response = post(german, attribute(text, "hx-post"), {"fn": each.mizan.name})
        assert response.text in ("Ja", '{"result":"Ja","invalidate":["notifications"]}'), response.text
        assert response.headers["Content-Language"] == "de"
        plain = post(german, "/api/mizan/call/", {"fn": each.mizan.name}, Accept_Language="en")
        assert "Yes" in plain.text


def test_what_fails_while_it_renders_late_is_published_nevertheless(german: Site) -> None:
    @client(affects="notifications", atomic=False)
    def late(request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "nosuch.html")

    register(late)
    text = german.page('<button {% mizan_call "late" %}>')
    response = post(german, attribute(text, "hx-post"), {"fn": "late"})

    assert (response.status_code, response.headers["X-Mizan-Invalidate"]) == (500, "notifications")


def test_a_call_without_a_request_goes_by_the_site(german: Site) -> None:
    @client(affects="notifications")
    def save(request: HttpRequest) -> int:
        return 1

    register(save)
    assert 'hx-post="/api/mizan/call/" ' in call_attributes("save", {})
    with translation.override("de"):
        assert f"/api/mizan/call/?mizan-locale={sign(Localization('de'))}" in call_attributes("save", {})


def test_the_session_notice_is_in_the_language_of_the_page(german: Site) -> None:
    german.write("mizan_htmx_session.html", "")
    (german.folder / "mizan_htmx").mkdir()
    german.write("mizan_htmx/session.html", "{% translate 'Yes' %}")
    text = german.page("{% mizan_scripts %}")
    token = attribute(text, "data-locale")

    assert token == sign(Localization("de"))
    notice = german.get(f"/api/mizan/session/notice/?next=/&mizan-locale={token}")
    assert (notice.text, notice.headers["Content-Language"]) == ("Ja", "de")


class TestPublicPages:
    """What everyone is handed on a page whose address says the language."""

    @pytest.fixture(autouse=True)
    def news(self, german: Site, settings: Settings) -> None:
        """Serve a public page in both languages, and a public block on a private page."""
        news = Context("news", public=True, max_age=600)

        @client(context=news)
        def headline(request: HttpRequest) -> str:
            return f"{gettext('Yes')} {timezone.get_current_timezone_name()}"

        @client(context=news)
        def news_page(request: HttpRequest) -> HttpResponse:
            return render(request, "news.html")

        for each in (headline, news_page):
            register(each)
        german.write(
            "news.html",
            '{% mizan_context "news" %}{{ headline }}{% endmizan_context %}' + BLOCK,
        )
        speak(settings, *pages(german), path("news/", news_page))

    def test_the_page_is_the_same_whatever_a_visitor_speaks(self, german: Site) -> None:
        german.browser.cookies.load({"django_language": "en", "zone": "Asia/Tokyo"})
        texts = {german.get("/de/news/", **{"Accept-Language": each}).text for each in ("de", "en", "fr")}
        assert len(texts) == 1
        [text] = texts
        public, private = re.findall(r'hx-get="([^"]*)"', text)

        for asked in ("de", "en"):
            response = german.get(html.unescape(public), **{"Accept-Language": asked})
            assert response.text in text
            assert ">Ja UTC</div>" in response.text
            assert response.headers["Content-Language"] == "de"
            assert "public" in response.headers["Cache-Control"]
            own = german.get(html.unescape(private), **{"Accept-Language": asked})
            assert IN_GERMAN.removesuffix("UTC") in own.text

    def test_a_public_block_of_a_private_page_is_in_the_language_of_the_url(self, german: Site) -> None:
        source = '{% mizan_context "news" %}{{ headline }}{% endmizan_context %}'
        nested = f'{{% mizan_context "notifications" %}}{{{{ headline }}}}{source}{{% endmizan_context %}}'
        german.browser.cookies.load({"django_language": "en", "zone": "Asia/Tokyo"})
        for each in (source, nested, "{% timezone 'UTC' %}" + source + "{% endtimezone %}"):
            text = german.page(each)
            assert ">Ja UTC</div>" in text
            assert german.assert_refreshes_alike(text) in (1, 2)

    def test_a_public_reader_in_a_private_block(self, german: Site) -> None:
        german.browser.cookies.load({"zone": "Asia/Tokyo"})
        text = german.page('{% mizan_context "notifications" "news" %}{{ headline }}{% endmizan_context %}')

        assert ">Ja UTC</div>" in text
        assert german.assert_refreshes_alike(text) == 1

"""CSRF: the HTML endpoints check by themselves, so that a form that was left open can say what happened."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from pytest_django import Settings

from tests.helpers.forms import VALID, declare_contact, field, form_url, post
from tests.helpers.visitor import CALL, HEADER, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")
ADDRESSES = [CONTACT, f"{CONTACT}validate/"]
FORMSETS = [form_url("contact", kind="formset"), f"{form_url('contact', kind='formset')}validate/"]


@pytest.fixture
def visitor(strict: Visitor) -> Visitor:
    """Return a visitor whose requests need a token."""
    return strict


def own_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 as the site does."""
    return HttpResponse("The site's own.", status=403)


handler403 = own_403
urlpatterns = [path("api/mizan/", include("mizan_htmx.urls"))]


@pytest.fixture
def called() -> list[str]:
    """Declare a form and list the submissions that got through."""
    names: list[str] = []

    def on_submit_success(self: Any, request: HttpRequest) -> None:
        names.append(self.cleaned_data["name"])

    declare_contact(affects="inbox", on_submit_success=on_submit_success, enable_formset=True)
    return names


def token(visitor: Visitor) -> str:
    """Fetch the form and give the token that stands in it."""
    return field(visitor.get(CONTACT).text, "csrfmiddlewaretoken")["value"]


@pytest.mark.parametrize("where", [*ADDRESSES, *FORMSETS])
def test_htmx_gets_the_reason_in_a_header(where: str, called: list[str], visitor: Visitor) -> None:
    response = post(visitor, where, VALID)
    assert (response.status_code, response.headers["X-Mizan-Error"]) == (403, "CSRF")
    assert response.text == "CSRF verification failed. CSRF cookie not set."
    assert response.headers["Cache-Control"] == "no-store"
    assert HEADER not in response.headers
    assert called == []


@pytest.mark.parametrize("where", [*ADDRESSES, *FORMSETS])
@pytest.mark.urls(__name__)
def test_a_browser_gets_the_sites_own_403(
    where: str, called: list[str], visitor: Visitor, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    response = post(visitor, where, VALID, htmx=False)
    assert (response.status_code, response.text) == (403, "The site's own.")
    assert response.headers["X-Mizan-Error"] == "FORBIDDEN"
    assert called == []


def test_the_token_in_the_form_is_enough(called: list[str], visitor: Visitor) -> None:
    fields = {**VALID, "csrfmiddlewaretoken": token(visitor)}
    assert post(visitor, CONTACT, fields, htmx=False).status_code == 302
    assert post(visitor, CONTACT, fields).status_code == 200
    assert called == ["Ada", "Ada"]


def test_the_token_in_the_header_is_enough(called: list[str], visitor: Visitor) -> None:
    assert post(visitor, CONTACT, VALID, X_CSRFToken=token(visitor)).status_code == 200


def test_another_visitors_token_is_none(called: list[str], visitor: Visitor) -> None:
    token(visitor)
    response = post(visitor, CONTACT, {**VALID, "csrfmiddlewaretoken": "a" * 64})
    assert (response.status_code, response.headers["X-Mizan-Error"]) == (403, "CSRF")
    assert response.text == "CSRF verification failed. CSRF token from POST incorrect."
    assert called == []


def test_another_site_is_refused_and_its_name_is_escaped(called: list[str], visitor: Visitor) -> None:
    fields = {**VALID, "csrfmiddlewaretoken": token(visitor)}
    response = post(visitor, CONTACT, fields, Origin="https://<b>evil</b>.example")
    assert response.status_code == 403
    assert "<b>" not in response.text
    assert called == []


def test_it_is_checked_whatever_the_sites_middleware(
    called: list[str], visitor: Visitor, settings: Settings
) -> None:
    name = "django.middleware.csrf.CsrfViewMiddleware"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != name]
    assert post(visitor, CONTACT, VALID).status_code == 403
    assert called == []


def test_an_unknown_form_is_no_way_around_it(called: list[str], visitor: Visitor) -> None:
    assert post(visitor, form_url("nothing"), VALID).status_code == 403


def test_a_form_over_call_is_guarded_as_any_other_function(called: list[str], visitor: Visitor) -> None:
    response = visitor.form(CALL, urlencode({"fn": "contact.submit", **VALID}))
    assert response.status_code == 403
    assert called == []


@pytest.mark.parametrize("where", ADDRESSES)
def test_too_large_a_form_is_413_and_no_failure(
    where: str, called: list[str], visitor: Visitor, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = post(visitor, where, {**VALID, "name": "a" * 200, "csrfmiddlewaretoken": token(visitor)})
    assert (response.status_code, "The request is too large." in response.text) == (413, True)


@pytest.mark.parametrize("where", ADDRESSES)
def test_too_many_fields_are_400_and_no_failure(
    where: str, called: list[str], visitor: Visitor, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    fields = {**{f"f{at}": at for at in range(9)}, "csrfmiddlewaretoken": token(visitor)}
    assert post(visitor, where, fields).status_code == 400


@pytest.mark.parametrize(("name", "limit", "status"), [("MEMORY_SIZE", 100, 413), ("NUMBER_FIELDS", 5, 400)])
def test_over_call_it_is_the_same(
    name: str, limit: int, status: int, called: list[str], visitor: Visitor, settings: Settings
) -> None:
    setattr(settings, f"DATA_UPLOAD_MAX_{name}", limit)
    fields = {"fn": "contact.submit", "name": "a" * 200, **{f"f{at}": at for at in range(9)}}
    response = visitor.form(CALL, urlencode(fields), X_CSRFToken=token(visitor))
    assert response.status_code == status

"""What a hook returns becomes the answer: a fresh form, a template, a response; with messages."""

import json
from typing import Any

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from tests.helpers.forms import (
    REQUIRED,
    VALID,
    declare_contact,
    elements,
    errors_of,
    form_url,
    post,
    submit,
)
from tests.helpers.visitor import HEADER, Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")


def own_page(self: Any, request: HttpRequest) -> HttpResponse:
    """Answer something else than a form."""
    return HttpResponse("<p>My own.</p>", status=201, headers={"X-Own": "1", "Location": "/made/1/"})


class TestAnswers:
    """What ``on_submit_success`` returns becomes the answer."""

    def test_nothing_shows_a_fresh_form_with_its_message(self, visitor: Visitor) -> None:
        declare_contact(success_message="Thank you.")
        response = post(visitor, CONTACT, VALID)
        assert response.status_code == 200
        [status] = elements(response.text, data_mizan_status="")
        [message] = elements(response.text, class_="mizan-form-message success")
        assert (status["role"], message["text"]) == ("status", "Thank you.")
        assert "ada@example.org" not in response.text
        assert "<html" not in response.text

    def test_a_dict_fills_the_success_template(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: {"sent": True})
        response = post(visitor, CONTACT, {**VALID, "mizan_form_id": "mizan-form-contact-2"})
        assert response.status_code == 200
        [shown] = elements(response.text, id="mizan-form-contact-2")
        assert (shown["tag"], shown["role"], shown["class"]) == ("div", "status", "mizan-form-success")
        assert "Done." in response.text
        assert "<form" not in response.text

    @pytest.mark.parametrize("htmx", [True, False])
    def test_a_response_goes_out_as_it_is(self, htmx: bool, visitor: Visitor) -> None:
        declare_contact(on_submit_success=own_page)
        response = post(visitor, CONTACT, VALID, htmx=htmx)
        assert (response.status_code, response.text) == (201, "<p>My own.</p>")
        assert (response.headers["X-Own"], response.headers["Location"]) == ("1", "/made/1/")
        assert "HX-Redirect" not in response.headers

    def test_a_redirect_is_one_for_a_browser(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: HttpResponseRedirect("/thanks/"))
        response = post(visitor, CONTACT, VALID, htmx=False)
        assert (response.status_code, response.headers["Location"]) == (302, "/thanks/")

    def test_a_redirect_is_htmxs_own_for_htmx(self, visitor: Visitor) -> None:
        def redirect(self: Any, request: HttpRequest) -> HttpResponse:
            response = HttpResponseRedirect("/thanks/", headers={"HX-Trigger": "done"})
            response.set_cookie("seen", "1")
            return response

        declare_contact(on_submit_success=redirect, affects="inbox")
        response = post(visitor, CONTACT, VALID)
        assert (response.status_code, response.text) == (200, "")
        assert response.headers["HX-Redirect"] == "/thanks/"
        assert "Location" not in response.headers
        assert (response.headers["HX-Trigger"], response.cookies["seen"].value) == ("done", "1")
        assert response.headers[HEADER] == "inbox"

    def test_json_names_where_a_redirect_leads(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: HttpResponseRedirect("/thanks/"))
        assert submit(visitor, "contact", VALID) == {"success": True, "data": {"redirect": "/thanks/"}}

    def test_json_has_no_place_for_another_response(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: HttpResponse("<p>My own.</p>"))
        assert submit(visitor, "contact", VALID) == {"success": True, "data": {}}


class TestFailureHook:
    """``on_submit_failure`` sees what did not fit."""

    @staticmethod
    def declare(answered: HttpResponse | None = None) -> list[Any]:
        """Declare a form whose hook remembers the errors it got."""
        seen: list[Any] = []

        def on_submit_failure(self: Any, request: HttpRequest, errors: Any) -> HttpResponse | None:
            seen.append((request.method, errors))
            return answered

        declare_contact(affects="inbox", on_submit_failure=on_submit_failure)
        return seen

    def test_it_gets_the_errors_by_field(self, visitor: Visitor) -> None:
        seen = self.declare()
        assert submit(visitor, "contact", {"name": "Ada"})["success"] is False
        assert seen == [("POST", {"email": [REQUIRED]})]

    def test_without_an_answer_of_its_own_the_form_comes_back(self, visitor: Visitor) -> None:
        self.declare()
        response = post(visitor, CONTACT, {"name": "Ada"})
        assert (response.status_code, errors_of(response.text)) == (422, [REQUIRED])
        assert HEADER not in response.headers

    def test_its_response_goes_out_instead(self, visitor: Visitor) -> None:
        self.declare(HttpResponse("No.", status=409))
        response = post(visitor, CONTACT, {"name": "Ada"})
        assert (response.status_code, response.text) == (409, "No.")

    def test_it_is_not_called_for_what_fits_nor_while_typing(self, visitor: Visitor) -> None:
        seen = self.declare()
        post(visitor, CONTACT, VALID)
        post(visitor, f"{CONTACT}validate/", {"name": ""})
        assert seen == []


class TestMessages:
    """Messages that a hook leaves are shown once."""

    @staticmethod
    def declare(returned: dict[str, Any] | None = None) -> None:
        """Declare a form that leaves a message."""

        def on_submit_success(self: Any, request: HttpRequest) -> dict[str, Any] | None:
            messages.warning(request, "Sent <late>.")
            return returned

        declare_contact(on_submit_success=on_submit_success)

    @pytest.mark.parametrize("returned", [None, {"sent": True}])
    def test_they_stand_in_the_form_instead_of_its_own(
        self, returned: dict[str, Any] | None, visitor: Visitor
    ) -> None:
        self.declare(returned)
        response = post(visitor, CONTACT, VALID)
        [shown] = elements(response.text, class_="mizan-form-message warning")
        assert shown["text"] == "Sent <late>."
        assert "Done." not in response.text

    def test_they_stand_on_the_next_page_without_javascript(self, visitor: Visitor) -> None:
        self.declare()
        assert post(visitor, CONTACT, VALID, htmx=False).status_code == 302
        assert json.loads(visitor.get("/said/").content) == [["warning", "Sent <late>."]]

    def test_without_one_the_form_says_on_the_next_page_that_it_is_done(self, visitor: Visitor) -> None:
        declare_contact(success_message=gettext_lazy("Monday"))
        assert post(visitor, CONTACT, VALID, htmx=False).status_code == 302
        assert json.loads(visitor.get("/said/").content) == [["success", "Monday"]]

    def test_what_is_shown_in_the_form_is_not_shown_again(self, visitor: Visitor) -> None:
        self.declare()
        post(visitor, CONTACT, VALID)
        assert json.loads(visitor.get("/said/").content) == []

    def test_a_redirect_leaves_them_to_its_page(self, visitor: Visitor) -> None:
        def on_submit_success(self: Any, request: HttpRequest) -> HttpResponse:
            messages.info(request, "Welcome.")
            return HttpResponseRedirect("/said/")

        declare_contact(on_submit_success=on_submit_success)
        post(visitor, CONTACT, VALID)
        assert json.loads(visitor.get("/said/").content) == [["info", "Welcome."]]

    def test_a_site_without_messages_does_without(self, settings: Settings, visitor: Visitor) -> None:
        name = "django.contrib.messages.middleware.MessageMiddleware"
        settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != name]
        declare_contact()
        assert post(visitor, CONTACT, VALID, htmx=False).status_code == 302
        assert "Done." in post(visitor, CONTACT, VALID).text

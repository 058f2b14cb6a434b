"""The HTML endpoint of a form: shown, refused, sent; for htmx and for a browser without JavaScript."""

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import (
    BAD_EMAIL,
    REQUIRED,
    VALID,
    declare_card,
    declare_contact,
    elements,
    errors_of,
    field,
    form_url,
    forms_of,
    post,
    upload,
)
from tests.helpers.visitor import Visitor, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")


def form_of(html: str) -> dict[str, str]:
    """Give the one form."""
    [form] = forms_of(html)
    return form


class TestShown:
    """A GET shows a fresh form."""

    def test_a_browser_gets_a_whole_page(self, visitor: Visitor) -> None:
        declare_contact(title="Contact <us>")
        response = visitor.get(CONTACT)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.text.startswith("<!doctype html>")
        assert "<title>Contact &lt;us&gt;</title>" in response.text
        assert response.cookies["csrftoken"].value

    def test_htmx_gets_the_form_alone(self, visitor: Visitor) -> None:
        declare_contact()
        response = visitor.get(CONTACT, HX_Request="true")
        assert response.text.startswith("<form ")
        assert response.text.endswith("</form>")

    def test_a_boosted_visitor_gets_a_whole_page(self, visitor: Visitor) -> None:
        declare_contact()
        response = visitor.get(CONTACT, HX_Request="true", HX_Boosted="true")
        assert response.text.startswith("<!doctype html>")

    def test_a_head_request_has_no_body(self, visitor: Visitor) -> None:
        declare_contact()
        response = visitor.send("HEAD", CONTACT)
        assert (response.status_code, response.content) == (200, b"")

    def test_it_is_a_plain_form_that_posts(self, visitor: Visitor) -> None:
        declare_contact(submit_label="Send <it>")
        html = visitor.get(CONTACT).text
        form = form_of(html)
        assert (form["method"], form["action"], form["id"]) == ("post", CONTACT, "mizan-form-contact")
        assert "enctype" not in form
        assert form["data-mizan-validate"] == f"{CONTACT}validate/"
        assert field(html, "mizan_form_id")["value"] == "mizan-form-contact"
        assert len(field(html, "csrfmiddlewaretoken")["value"]) == 64
        [button] = elements(html, tag="button", type="submit")
        assert button["text"] == "Send <it>"

    def test_its_markup_is_djangos(self, visitor: Visitor) -> None:
        declare_contact()
        html = visitor.get(CONTACT).text
        name = field(html, "name")
        assert (name["type"], name["maxlength"], name["required"]) == ("text", "20", "")
        assert elements(html, tag="label", for_=name["id"])[0]["text"] == "Name:"
        [help_text] = elements(html, id=name["aria-describedby"])
        assert help_text["text"].strip() == "As you like it."

    def test_choices_in_groups_stand_in_a_fieldset(self, visitor: Visitor) -> None:
        choice = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
        declare_contact(choice=choice)
        html = visitor.get(CONTACT).text
        assert [each["tag"] for each in elements(html) if each["tag"] in ("fieldset", "legend")] == [
            "fieldset",
            "legend",
        ]

    def test_a_form_with_a_file_field_is_multipart(self, visitor: Visitor) -> None:
        declare_contact(file=forms.FileField())
        assert form_of(visitor.get(CONTACT).text)["enctype"] == "multipart/form-data"

    def test_without_live_validation_it_names_no_url_for_it(self, visitor: Visitor) -> None:
        declare_contact(live_validation=False)
        assert "data-mizan-validate" not in form_of(visitor.get(CONTACT).text)

    def test_the_query_stays_in_its_urls(self, visitor: Visitor) -> None:
        card = Card.objects.create(board=Board.objects.create(title="Ada's"), title="Milk & <butter>")
        declare_card()
        path = form_url("card", card_id=card.pk, tab='"><script>')
        html = visitor.get(path).text
        assert form_of(html)["action"] == path
        assert form_of(html)["data-mizan-validate"] == path.replace("/card/", "/card/validate/")
        assert field(html, "title")["value"] == "Milk & <butter>"
        assert "<script>" not in html.partition("<main>")[2]


class TestRefused:
    """A submission that does not fit comes back with its errors."""

    @pytest.mark.parametrize("htmx", [True, False])
    def test_it_answers_422_with_what_was_typed_and_what_is_wrong(self, htmx: bool, visitor: Visitor) -> None:
        declare_contact(affects="inbox")
        response = post(visitor, CONTACT, {"name": "", "email": "<ada>"}, htmx=htmx)
        html = response.text
        assert (response.status_code, html.startswith("<form ")) == (422, htmx)
        assert response.headers["Cache-Control"] == "no-store"
        assert errors_of(html) == [REQUIRED, BAD_EMAIL]
        email = field(html, "email")
        assert (email["value"], email["aria-invalid"]) == ("<ada>", "true")
        [described] = elements(html, id=email["aria-describedby"])
        assert (described["tag"], described["class"]) == ("ul", "errorlist")
        assert "aria-invalid" not in field(visitor.get(CONTACT).text, "name")

    def test_errors_of_the_whole_form_are_shown(self, visitor: Visitor) -> None:
        def clean(self: Any) -> None:
            raise forms.ValidationError("Not <today>.")

        declare_contact(clean=clean)
        html = post(visitor, CONTACT, VALID).text
        assert errors_of(html) == ["Not <today>."]
        assert "<today>" not in html

    def test_errors_of_hidden_fields_are_shown(self, visitor: Visitor) -> None:
        declare_contact(secret=forms.CharField(widget=forms.HiddenInput))
        assert errors_of(post(visitor, CONTACT, VALID).text) == [REQUIRED]

    def test_passwords_do_not_come_back(self, visitor: Visitor) -> None:
        declare_contact(password=forms.CharField(widget=forms.PasswordInput))
        html = post(visitor, CONTACT, {"password": "swordfish"}).text
        assert "swordfish" not in html

    def test_it_comes_back_under_the_id_it_has_on_its_page(self, visitor: Visitor) -> None:
        declare_contact()
        html = post(visitor, CONTACT, {"mizan_form_id": "mizan-form-contact-2"}).text
        assert form_of(html)["id"] == "mizan-form-contact-2"
        assert field(html, "mizan_form_id")["value"] == "mizan-form-contact-2"

    def test_an_edited_object_comes_back_as_it_was_typed(self, visitor: Visitor) -> None:
        card = Card.objects.create(board=Board.objects.create(title="Ada's"), title="Milk")
        declare_card()
        path = form_url("card", card_id=card.pk)
        html = post(visitor, path, {"board": "", "title": "Butter"}).text
        assert (field(html, "title")["value"], form_of(html)["action"]) == ("Butter", path)
        assert Card.objects.get().title == "Milk"


class TestSent:
    """A submission that fits."""

    def test_a_browser_is_sent_back_to_the_page_it_came_from(self, visitor: Visitor) -> None:
        declare_contact()
        for referer in ("http://testserver/people/?page=2", "/people/?page=2"):
            response = post(visitor, CONTACT, VALID, htmx=False, Referer=referer)
            assert (response.status_code, response.headers["Location"]) == (302, referer)

    def test_without_a_page_it_is_sent_to_the_form(self, visitor: Visitor) -> None:
        declare_contact()
        response = post(visitor, CONTACT, VALID, htmx=False)
        assert (response.status_code, response.headers["Location"]) == (302, CONTACT)

    def test_a_boosted_visitor_is_redirected_as_a_browser(self, visitor: Visitor) -> None:
        declare_contact()
        response = post(visitor, CONTACT, VALID, HX_Boosted="true")
        assert (response.status_code, response.headers["Location"]) == (302, CONTACT)

    def test_an_edit_form_shows_what_was_saved(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        card = Card.objects.create(board=board, title="Milk")
        declare_card()
        response = post(visitor, form_url("card", card_id=card.pk), {"board": board.pk, "title": "Butter"})
        assert field(response.text, "title")["value"] == "Butter"
        assert elements(response.text, class_="mizan-form-message success")[0]["text"] == "Done."

    def test_files_arrive(self, visitor: Visitor) -> None:
        class UploadForm(mizanFormMixin, forms.Form):
            mizan = mizanFormMeta(name="upload")
            file = forms.FileField()

            def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
                seen.append(self.cleaned_data["file"].read())
                return {}

        seen: list[bytes] = []
        file = SimpleUploadedFile("a.txt", b"Hello")
        response = upload(visitor, form_url("upload"), {"file": file}, HX_Request="true")
        assert (response.status_code, seen) == (200, [b"Hello"])


FOREIGN = [
    "http://evil.example/",
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "http:///evil.example/",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example\\@testserver/",
    "\\\\evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://testserver/",
    "http://testserver:81/",
    "http://[::1/",
    "\x01//evil.example/",
    "about:blank",
    "",
]


@over_wsgi
@pytest.mark.parametrize("referer", FOREIGN)
def test_a_referer_leads_to_no_other_site(referer: str, visitor: Visitor) -> None:
    declare_contact()
    response = post(visitor, CONTACT, VALID, htmx=False, Referer=referer)
    assert (response.status_code, response.headers["Location"]) == (302, CONTACT)


def test_a_referer_does_not_lead_from_https_to_http(settings: Settings, visitor: Visitor) -> None:
    declare_contact()
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    headers = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "testserver"}
    headers["Referer"] = "http://testserver/people/"
    assert post(visitor, CONTACT, VALID, htmx=False, **headers).headers["Location"] == CONTACT
    headers["Referer"] = "https://testserver/people/"
    response = post(visitor, CONTACT, VALID, htmx=False, **headers)
    assert response.headers["Location"] == "https://testserver/people/"

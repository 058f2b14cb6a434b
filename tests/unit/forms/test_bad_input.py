"""What a form is sent that it never asked for: unknown names, undeclared fields, forged values."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import (
    REQUIRED,
    VALID,
    check,
    declare_contact,
    errors_of,
    form_url,
    post,
    result,
    submit,
    submit_as_form,
    upload,
)
from tests.helpers.visitor import HEADER, MOUNT, Visitor, over_wsgi
from tests.site.models import Board

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")
VALIDATE = f"{CONTACT}validate/"
NOT_OFFERED = "Select a valid choice. x is not one of the available choices."

NAMES = [
    "nothing",
    "contact.submit",
    "contact.formset",
    "Contact",
    "contact/",
    "contact/other",
    "..",
    "../ctx/inbox",
    "%2e%2e",
    "contact%00",
    "contact\n",
    "contakt\N{COMBINING DIAERESIS}",
    "\N{CYRILLIC SMALL LETTER ES}ontact",
    "💥",
    "__class__",
    "a" * 5000,
    "'\"><script>",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_form_is_not_found(name: str, visitor: Visitor) -> None:
    declare_contact()
    for kind in ("form", "formset"):
        path = f"{MOUNT}{kind}/{quote(name, safe='/%')}/"
        answers = [visitor.get(path), post(visitor, path, VALID), post(visitor, f"{path}validate/", VALID)]
        assert [each.status_code for each in answers] == [404, 404, 404]
        assert not any("<script>" in each.text for each in answers)


@pytest.mark.parametrize(
    "path", [form_url("contact", kind="formset"), f"{form_url('contact', kind='formset')}validate/"]
)
def test_a_formset_that_is_not_enabled_is_not_found(path: str, visitor: Visitor) -> None:
    declare_contact()
    assert post(visitor, path, VALID).status_code == 404


def test_a_form_of_another_registry_is_not_found(visitor: Visitor) -> None:
    assert visitor.get(CONTACT).status_code == 404
    assert visitor.call("contact.submit", data=VALID).status_code == 404


@pytest.mark.parametrize(
    ("path", "methods", "allow"),
    [
        (CONTACT, ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"], "GET, HEAD, POST"),
        (VALIDATE, ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"], "POST"),
    ],
)
def test_another_method_is_405(path: str, methods: list[str], allow: str, visitor: Visitor) -> None:
    declare_contact()
    for method in methods:
        response = visitor.send(method, path)
        assert (response.status_code, response.headers["Allow"]) == (405, allow)


class TestUndeclared:
    """What the form does not declare never reaches it."""

    EXTRA = {  # noqa: RUF012
        "is_admin": "1",
        "pk": "99",
        "id": "99",
        "__class__": "x",
        "cleaned_data": "x",
        "instance": "x",
        "mizan": "x",
        "data": "x",
        "fn": "contact.schema",
    }

    def test_extra_fields_are_ignored(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: dict(self.cleaned_data))
        assert submit(visitor, "contact", {**self.EXTRA, **VALID}) == {"success": True, "data": VALID}
        assert post(visitor, CONTACT, {**self.EXTRA, **VALID}).status_code == 200
        assert check(visitor, "contact", {**self.EXTRA, **VALID}) == {"errors": []}

    def test_a_model_form_sets_only_its_own_fields(self, visitor: Visitor) -> None:
        class UserForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
            mizan = mizanFormMeta(name="user")

            class Meta:
                model = User
                fields = ("first_name",)

            @classmethod
            def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
                return {"instance": ada}

        ada = User.objects.create_user("ada")
        bob = User.objects.create_user("bob")
        attack = {
            "first_name": "Ada",
            "is_superuser": "on",
            "is_staff": True,
            "id": bob.pk,
            "username": "eve",
        }
        assert submit(visitor, "user", attack)["success"] is True
        assert post(visitor, form_url("user"), attack).status_code == 200
        assert list(User.objects.order_by("pk").values_list("username", "first_name", "is_superuser")) == [
            ("ada", "Ada", False),
            ("bob", "", False),
        ]

    def test_a_disabled_field_keeps_its_value(self, visitor: Visitor) -> None:
        declare_contact(
            plan=forms.CharField(disabled=True, initial="free"),
            on_submit_success=lambda self, request: {"plan": self.cleaned_data["plan"]},
        )
        assert submit(visitor, "contact", {**VALID, "plan": "gold"})["data"] == {"plan": "free"}

    @pytest.mark.parametrize("prefix", ["me-", "contact-", "contact-0-", "form-0-", ""])
    def test_a_prefix_that_is_not_the_forms_own_means_nothing(self, prefix: str, visitor: Visitor) -> None:
        declare_contact(prefix="you")
        data = {f"{prefix}{name}": value for name, value in VALID.items()}
        assert submit(visitor, "contact", data)["errors"] == {"name": [REQUIRED], "email": [REQUIRED]}


class TestForgedValues:
    """Values that the page did not offer are the field errors that Django gives."""

    @pytest.mark.parametrize("kind", [forms.ChoiceField, forms.MultipleChoiceField, forms.TypedChoiceField])
    def test_a_choice_that_was_not_offered(self, kind: Any, visitor: Visitor) -> None:
        declare_contact(pick=kind(choices=[("a", "A")]))
        fields = {**VALID, "pick": "x"}
        assert submit(visitor, "contact", fields)["errors"] == {"pick": [NOT_OFFERED]}
        response = post(visitor, CONTACT, fields)
        assert (response.status_code, errors_of(response.text)) == (422, [NOT_OFFERED])

    @over_wsgi
    @pytest.mark.parametrize("value", ["x", "", "-1", "99", "1 OR 1=1", "1.0", "1e3", "None", "\x00"])
    def test_a_row_that_was_not_offered(self, value: str, visitor: Visitor) -> None:
        mine, other = (Board.objects.create(title=title) for title in ("Mine", "Other"))
        declare_contact(board=forms.ModelChoiceField(Board.objects.filter(pk=mine.pk)))
        for each in (value, other.pk):
            assert list(submit(visitor, "contact", {**VALID, "board": each})["errors"]) == ["board"]

    def test_several_values_for_one_field_are_the_last(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: {"name": self.cleaned_data["name"]})
        response = submit_as_form(visitor, "contact", {**VALID, "name": ["Eve", "Ada"]})
        assert result(response)["data"] == {"name": "Ada"}

    def test_a_file_where_text_belongs_and_text_where_a_file_belongs(self, visitor: Visitor) -> None:
        declare_contact(file=forms.FileField())
        named = BytesIO(b"Ada")
        named.name = "name.txt"
        response = upload(visitor, CONTACT, {**VALID, "name": named, "file": "x"}, HX_Request="true")
        assert (response.status_code, errors_of(response.text)) == (422, [REQUIRED, REQUIRED])


class TestSize:
    """What is too much is refused before the form sees it."""

    def test_a_body_that_is_too_large(self, visitor: Visitor, settings: Settings) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50
        declare_contact()
        fields = {**VALID, "name": "a" * 100}
        for path in (CONTACT, VALIDATE):
            assert post(visitor, path, fields).status_code == 413
        assert visitor.call("contact.submit", data=fields).status_code == 413

    def test_a_file_counts_not_against_the_body(self, visitor: Visitor, settings: Settings) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500
        declare_contact(file=forms.FileField())
        file = BytesIO(b"a" * 5000)
        file.name = "a.txt"
        response = upload(visitor, CONTACT, {**VALID, "file": file}, HX_Request="true")
        assert response.status_code == 200

    @pytest.mark.parametrize(("limit", "value"), [("FIELDS", {"a": "1"}), ("FILES", {})])
    def test_too_many_fields_or_files(
        self, limit: str, value: dict[str, object], visitor: Visitor, settings: Settings
    ) -> None:
        setattr(settings, f"DATA_UPLOAD_MAX_NUMBER_{limit}", 1)
        declare_contact()
        files = {f"f{at}": BytesIO(b"x") for at in range(3)} if limit == "FILES" else {}
        fields = {**VALID, **value, **files}
        assert upload(visitor, CONTACT, fields, HX_Request="true").status_code == 400
        assert upload(visitor, VALIDATE, fields, HX_Request="true").status_code == 400

    def test_a_great_many_json_fields_are_ignored(self, visitor: Visitor) -> None:
        declare_contact()
        data = {**{f"field{at}": at for at in range(20_000)}, **VALID}
        assert submit(visitor, "contact", data) == {"success": True, "data": {}}

    def test_a_body_that_can_not_be_read_is_400(self, visitor: Visitor) -> None:
        declare_contact()
        kind = "multipart/form-data; boundary="
        for content_type in (kind, kind + "x" * 500, "multipart/form-data"):
            response = visitor.send("POST", CONTACT, b"--x\r\nrubbish", content_type=content_type)
            assert (response.status_code, HEADER in response.headers) == (400, False)

    @pytest.mark.parametrize("body", ["", "[]", "{", "[" * 100_000, '{"name": NaN}', '"x"'])
    def test_a_body_that_is_no_form_is_400(self, body: str, visitor: Visitor) -> None:
        declare_contact()
        for path in (CONTACT, VALIDATE):
            assert visitor.send("POST", path, body).status_code == 400

    def test_json_belongs_to_call_and_not_to_the_html_endpoint(self, visitor: Visitor) -> None:
        declare_contact(affects="inbox")
        response = visitor.send("POST", CONTACT, '{"data": {"name": "Ada", "email": "ada@example.org"}}')
        assert (response.status_code, HEADER in response.headers) == (422, False)

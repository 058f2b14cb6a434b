"""Formsets: over ``call/`` and as HTML, with their limits, ordering and deletion."""

from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponseRedirect

from mizan_htmx.errors import ValidationFailed
from tests.helpers.forms import (
    BAD_EMAIL,
    REQUIRED,
    check,
    declare_contact,
    elements,
    errors_of,
    field,
    form_url,
    post,
    result,
    submit,
)
from tests.helpers.visitor import HEADER, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

PATH = form_url("contact", kind="formset")
TAMPERED = (
    "ManagementForm data is missing or has been tampered with. Missing fields: contact-TOTAL_FORMS,"
    " contact-INITIAL_FORMS. You may need to file a bug report if the issue persists."
)


def rows(*filled: dict[str, object], **management: object) -> dict[str, object]:
    """Give the fields of a formset with these rows."""
    fields: dict[str, object] = {"contact-TOTAL_FORMS": len(filled), "contact-INITIAL_FORMS": 0}
    fields |= {f"contact-{name}": value for name, value in management.items()}
    return fields | {
        f"contact-{at}-{name}": value for at, row in enumerate(filled) for name, value in row.items()
    }


def row(name: str, **more: object) -> dict[str, object]:
    """Give a row that fits."""
    return {"name": name, "email": f"{name.lower()}@example.org", **more}


def declare(**options: Any) -> list[Any]:
    """Declare a formset that remembers the names it was submitted with."""
    seen: list[Any] = []

    def on_formset_success(cls: Any, request: HttpRequest, formset: Any) -> dict[str, Any]:
        forms_ = formset.ordered_forms if formset.can_order else formset.forms
        seen.append([form.cleaned_data.get("name") for form in forms_])
        return {"count": len(forms_)}

    hook = {"on_formset_success": classmethod(on_formset_success)}
    declare_contact(**{"enable_formset": True, "formset_options": options, "affects": "inbox", **hook})
    return seen


def test_rows_that_fit_succeed(visitor: Visitor) -> None:
    seen = declare()
    data = rows(row("Ada"), row("Bob"))
    assert check(visitor, "contact.formset", data) == {"errors": [], "rows": [[], []]}
    assert submit(visitor, "contact.formset", data) == {"success": True, "data": {"count": 2}}
    assert seen == [["Ada", "Bob"]]


def test_errors_stand_by_row(visitor: Visitor) -> None:
    seen = declare()
    data = rows(row("Ada"), {"email": "bob"})
    assert check(visitor, "contact.formset", data) == {
        "errors": [],
        "rows": [
            [],
            [
                {"field": "name", "errors": [{"message": REQUIRED, "code": "required"}]},
                {"field": "email", "errors": [{"message": BAD_EMAIL, "code": "invalid"}]},
            ],
        ],
    }
    assert submit(visitor, "contact.formset", data) == {
        "success": False,
        "errors": {"rows": [{}, {"name": [REQUIRED], "email": [BAD_EMAIL]}], "__all__": []},
    }
    assert seen == []


def test_errors_of_all_rows_together_stand_under_all(visitor: Visitor) -> None:
    declare(max_num=1, validate_max=True)
    data = rows(row("Ada"), row("Bob"))
    item = {"message": "Please submit at most 1 form.", "code": "too_many_forms"}
    expected = {"errors": [{"field": "__all__", "errors": [item]}], "rows": [[], []]}
    assert check(visitor, "contact.formset", data) == expected
    assert submit(visitor, "contact.formset", data) == {
        "success": False,
        "errors": {"rows": [{}, {}], "__all__": ["Please submit at most 1 form."]},
    }


def test_a_row_that_is_left_empty_needs_nothing(visitor: Visitor) -> None:
    seen = declare()
    assert submit(visitor, "contact.formset", rows(row("Ada"), {}))["success"] is True
    assert seen == [["Ada", None]]


def test_rows_below_the_minimum_must_be_filled_in(visitor: Visitor) -> None:
    declare(min_num=2, validate_min=True)
    errors = submit(visitor, "contact.formset", rows(row("Ada"), {}))["errors"]
    assert errors["rows"] == [{}, {"name": [REQUIRED], "email": [REQUIRED]}]


def test_rows_are_ordered_as_they_say(visitor: Visitor) -> None:
    seen = declare(can_order=True)
    submit(visitor, "contact.formset", rows(row("Ada", ORDER=3), row("Bob", ORDER=1), row("Eve")))
    assert seen == [["Bob", "Ada", "Eve"]]


def test_rows_that_are_to_be_deleted_are_not_validated(visitor: Visitor) -> None:
    declare(can_delete=True)
    data = rows(row("Ada"), {"email": "bob", "DELETE": True})
    assert submit(visitor, "contact.formset", data)["success"] is True


class TestHtml:
    """The formset in a page."""

    def test_it_is_one_form_with_a_row_to_begin_with_and_one_to_add(self, visitor: Visitor) -> None:
        declare_contact(enable_formset=True, title="Person")
        html = visitor.get(PATH, HX_Request="true").text
        [form] = [each for each in elements(html) if each["tag"] == "form"]
        assert (form["action"], form["method"], form["data-mizan-formset"]) == (PATH, "post", "contact")
        assert form["data-mizan-validate"] == f"{PATH}validate/"
        assert [field(html, f"contact-{name}")["value"] for name in ("TOTAL_FORMS", "INITIAL_FORMS")] == [
            "1",
            "0",
        ]
        assert [each["data-mizan-row"] for each in elements(html) if "data-mizan-row" in each] == [
            "contact-0",
            "contact-__prefix__",
        ]
        assert html.index("<template") < html.index("contact-__prefix__-name") < html.index("</template>")

    def test_without_javascript_it_is_a_page(self, visitor: Visitor) -> None:
        declare_contact(enable_formset=True)
        assert visitor.get(PATH).text.startswith("<!doctype html>")

    def test_it_begins_as_its_hook_says(self, visitor: Visitor) -> None:
        kwargs = classmethod(lambda cls, request: {"initial": [{"name": "Ada"}, {"name": "Bob"}]})
        declare_contact(enable_formset=True, get_formset_kwargs=kwargs)
        html = visitor.get(PATH).text
        assert [field(html, f"contact-{at}-name").get("value") for at in range(3)] == ["Ada", "Bob", None]
        assert field(html, "contact-INITIAL_FORMS")["value"] == "2"

    def test_it_is_multipart_with_a_file(self, visitor: Visitor) -> None:
        declare_contact(enable_formset=True, file=forms.FileField())
        assert 'enctype="multipart/form-data"' in visitor.get(PATH).text

    def test_a_refusal_shows_errors_at_their_rows(self, visitor: Visitor) -> None:
        declare(max_num=1, validate_max=True)
        response = post(visitor, PATH, rows(row("Ada"), {"name": "Bob", "email": "bob"}))
        assert (response.status_code, HEADER in response.headers) == (422, False)
        assert errors_of(response.text) == ["Please submit at most 1 form.", BAD_EMAIL]
        assert field(response.text, "contact-1-email")["aria-invalid"] == "true"
        assert "aria-invalid" not in field(response.text, "contact-0-email")

    def test_what_the_hook_of_a_row_refuses_stands_in_it(self, visitor: Visitor) -> None:
        def refuse_bob(self: Any, request: HttpRequest) -> None:
            if self.cleaned_data["name"] == "Bob":
                raise ValidationFailed({"name": ["Taken."]})

        declare_contact(enable_formset=True, on_submit_success=refuse_bob)
        response = post(visitor, PATH, rows(row("Ada"), row("Bob")))
        assert (response.status_code, errors_of(response.text)) == (422, ["Taken."])
        assert field(response.text, "contact-1-name")["aria-invalid"] == "true"
        assert "aria-invalid" not in field(response.text, "contact-0-name")

    def test_what_the_hook_of_all_rows_refuses_stands_above_them(self, visitor: Visitor) -> None:
        def refuse_all(cls: Any, request: HttpRequest, formset: Any) -> None:
            raise forms.ValidationError("No more.")

        declare_contact(enable_formset=True, on_formset_success=classmethod(refuse_all))
        assert errors_of(post(visitor, PATH, rows(row("Ada"))).text) == ["No more."]

    def test_success_shows_what_the_dict_fills(self, visitor: Visitor) -> None:
        seen = declare()
        response = post(visitor, PATH, {**rows(row("Ada")), "mizan_form_id": "mine"})
        assert (response.status_code, response.headers[HEADER]) == (200, "inbox")
        assert response.text.startswith('<div class="mizan-form-success" id="mine"')
        assert seen == [["Ada"]]

    def test_success_without_a_dict_shows_a_fresh_formset(self, visitor: Visitor) -> None:
        declare_contact(enable_formset=True)
        html = post(visitor, PATH, rows(row("Ada"), row("Bob"))).text
        assert elements(html, class_="mizan-form-message success")[0]["text"] == "Done."
        assert (field(html, "contact-TOTAL_FORMS")["value"], "ada@example.org" in html) == ("1", False)

    def test_a_browser_is_redirected(self, visitor: Visitor) -> None:
        declare()
        response = post(visitor, PATH, rows(row("Ada")), htmx=False, Referer="/people/")
        assert (response.status_code, response.headers["Location"]) == (302, "/people/")

    def test_a_redirect_of_the_hook_goes_out(self, visitor: Visitor) -> None:
        hook = classmethod(lambda cls, request, formset: HttpResponseRedirect("/thanks/"))
        declare_contact(enable_formset=True, on_formset_success=hook)
        assert post(visitor, PATH, rows(row("Ada"))).headers["HX-Redirect"] == "/thanks/"

    @pytest.mark.parametrize("options", [{}, {"can_delete": True, "can_order": True}])
    def test_ordering_and_deletion_stand_there_where_the_formset_has_them(
        self, options: dict[str, bool], visitor: Visitor
    ) -> None:
        declare(**options)
        names = {each.get("name", "") for each in elements(visitor.get(PATH).text)}
        assert ("contact-0-ORDER" in names, "contact-0-DELETE" in names) == (bool(options), bool(options))


class TestForgedManagement:
    """A management form that nobody was given."""

    @pytest.mark.parametrize("value", ["", "x", "1.5", "None", "\x00"])
    def test_numbers_that_are_none(self, value: str, visitor: Visitor) -> None:
        seen = declare()
        data = rows(row("Ada"), TOTAL_FORMS=value, INITIAL_FORMS=value)
        assert submit(visitor, "contact.formset", data)["errors"]["__all__"] == [TAMPERED]
        response = post(visitor, PATH, data)
        assert (response.status_code, errors_of(response.text)[-1]) == (422, TAMPERED)
        assert seen == []

    def test_none_at_all(self, visitor: Visitor) -> None:
        declare()
        assert submit(visitor, "contact.formset", {})["errors"] == {"rows": [], "__all__": [TAMPERED]}
        assert errors_of(post(visitor, PATH, {"x": "1"}).text)[-1] == TAMPERED
        assert post(visitor, f"{PATH}validate/", {"x": "1"}).status_code == 200

    @pytest.mark.parametrize("total", ["-1", "0"])
    def test_fewer_rows_than_none(self, total: str, visitor: Visitor) -> None:
        seen = declare()
        assert submit(visitor, "contact.formset", rows(row("Ada"), TOTAL_FORMS=total))["success"] is True
        assert seen == [[]]

    def test_more_rows_than_there_can_be_are_cut_off(self, visitor: Visitor) -> None:
        declare(max_num=2, absolute_max=3)
        errors = submit(visitor, "contact.formset", rows(row("Ada"), TOTAL_FORMS=10**9))["errors"]
        assert len(errors["rows"]) == 3
        assert errors["__all__"] == ["Please submit at most 2 forms."]

    def test_more_initial_rows_than_rows(self, visitor: Visitor) -> None:
        declare()
        data = rows(row("Ada"), INITIAL_FORMS=10**9)
        assert submit(visitor, "contact.formset", data)["success"] is True

    def test_another_prefix_means_nothing(self, visitor: Visitor) -> None:
        declare()
        data = {name.replace("contact-", "form-"): value for name, value in rows(row("Ada")).items()}
        assert submit(visitor, "contact.formset", data)["errors"]["__all__"] == [TAMPERED]


def test_the_prefix_is_the_hooks_to_choose(visitor: Visitor) -> None:
    declare_contact(
        enable_formset=True, get_formset_kwargs=classmethod(lambda cls, request: {"prefix": "people"})
    )
    assert result(visitor.call("contact.formset.schema"))["prefix"] == "people"
    data = {name.replace("contact-", "people-"): value for name, value in rows(row("Ada")).items()}
    assert submit(visitor, "contact.formset", data)["success"] is True

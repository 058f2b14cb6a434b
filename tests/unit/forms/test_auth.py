"""``auth`` guards schema, validation, submission and the HTML alike."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from mizan_htmx.errors import DeclarationError, Forbidden
from tests.helpers.forms import VALID, declare_contact, form_url, post, result
from tests.helpers.visitor import HEADER, Visitor, answer, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

FUNCTIONS = ["schema", "validate", "submit", "formset.schema", "formset.validate", "formset.submit"]
PAGES = [form_url("contact"), form_url("contact", kind="formset")]
ADDRESSES = [*PAGES, *(f"{path}validate/" for path in PAGES)]

ALLOWED = {None: None, True: "ada", "required": "ada", "staff": "staff", "superuser": "root"}


def untouchable(*args: Any) -> Any:
    """Stand for a hook that must not be reached."""
    pytest.fail("A hook was called for a visitor who may not use the form.")


def declare(auth: object, **hooks: Any) -> None:
    """Declare a guarded form whose hooks must not be reached."""
    guarded = {
        "get_init_kwargs": classmethod(untouchable),
        "get_formset_kwargs": classmethod(untouchable),
        "on_submit_success": untouchable,
        "on_submit_failure": untouchable,
        "on_formset_success": classmethod(untouchable),
    }
    declare_contact(auth=auth, affects="inbox", enable_formset=True, **{**guarded, **hooks})


def people() -> dict[str, User]:
    """Make a visitor of each level."""
    return {
        "ada": User.objects.create_user("ada"),
        "staff": User.objects.create_user("staff", is_staff=True),
        "root": User.objects.create_superuser("root"),
    }


@pytest.mark.parametrize("function", FUNCTIONS)
class TestFunctions:
    """Over ``call/``."""

    def test_nobody_is_let_in_where_login_is_required(self, function: str, visitor: Visitor) -> None:
        declare(True)
        response = visitor.call(f"contact.{function}", data=VALID)
        assert answer(response) == (401, problem("UNAUTHORIZED", "Please sign in."))

    @pytest.mark.parametrize("level", ["staff", "superuser"])
    def test_a_user_of_a_lower_level_is_refused(self, level: str, function: str, visitor: Visitor) -> None:
        declare(level)
        visitor.login(people()["ada"])
        response = visitor.call(f"contact.{function}", data=VALID)
        assert answer(response) == (403, problem("FORBIDDEN", "You may not do this."))

    def test_a_callable_decides(self, function: str, visitor: Visitor) -> None:
        declare(lambda request: False)
        visitor.login(people()["root"])
        assert visitor.call(f"contact.{function}", data=VALID).status_code == 403

    def test_refused_data_is_not_validated(self, function: str, visitor: Visitor) -> None:
        declare(True)
        assert visitor.call(f"contact.{function}", data="no object").status_code == 401


@pytest.mark.parametrize("path", ADDRESSES)
class TestHtml:
    """Over the HTML endpoints."""

    def test_a_post_of_nobody_is_refused(self, path: str, visitor: Visitor) -> None:
        declare(True)
        for htmx in (True, False):
            response = post(visitor, path, VALID, htmx=htmx)
            assert (response.status_code, HEADER in response.headers) == (401, False)
            assert '<a href="/login/">Sign in</a>' in response.text
            assert "<form" not in response.text

    def test_a_user_of_a_lower_level_gets_the_sites_403(self, path: str, visitor: Visitor) -> None:
        declare("staff")
        visitor.login(people()["ada"])
        for htmx in (True, False):
            response = post(visitor, path, VALID, htmx=htmx)
            assert (response.status_code, "<form" in response.text) == (403, False)

    def test_a_callable_decides(self, path: str, visitor: Visitor) -> None:
        async def never(request: HttpRequest) -> bool:
            return False

        declare(never)
        visitor.login(people()["root"])
        assert post(visitor, path, VALID).status_code == 403


@pytest.mark.parametrize("path", PAGES)
class TestPages:
    """The form itself, before anything is typed."""

    def test_nobody_is_sent_to_the_login_page(self, path: str, visitor: Visitor) -> None:
        declare(True)
        response = visitor.get(path)
        assert response.status_code == 302
        location = urlsplit(response.headers["Location"])
        assert (location.path, parse_qs(location.query)) == ("/login/", {"next": [path]})

    def test_htmx_gets_a_401(self, path: str, visitor: Visitor) -> None:
        declare(True)
        response = visitor.get(path, HX_Request="true")
        assert (response.status_code, "<form" in response.text) == (401, False)

    def test_a_user_of_a_lower_level_gets_the_sites_403(self, path: str, visitor: Visitor) -> None:
        declare("staff")
        visitor.login(people()["ada"])
        assert visitor.get(path).status_code == 403


@pytest.mark.parametrize(("auth", "who"), ALLOWED.items())
def test_who_may_use_it_may_use_all_of_it(auth: object, who: str | None, visitor: Visitor) -> None:
    declare_contact(auth=auth)
    if who is not None:
        visitor.login(people()[who])
    assert visitor.call("contact.schema").status_code == 200
    assert visitor.call("contact.validate", data=VALID).status_code == 200
    assert visitor.call("contact.submit", data=VALID).status_code == 200
    assert visitor.get(form_url("contact")).status_code == 200
    assert post(visitor, form_url("contact"), VALID).status_code == 200
    assert post(visitor, f"{form_url('contact')}validate/", VALID).status_code == 200


class TestInAPage:
    """A form that the visitor may not use is not in the page, as a block would not be."""

    def show(self, folder: Path, visitor: Visitor, source: str) -> HttpResponse:
        """Show a page with this source."""
        (folder / "page.html").write_text(f"<p>Before</p>{source}<p>After</p>", encoding="utf-8")
        return visitor.get("/page/")

    @pytest.mark.parametrize("tag", ["mizan_form", "mizan_formset"])
    def test_nobody_sees_a_form_that_needs_a_login(self, tag: str, folder: Path, visitor: Visitor) -> None:
        declare(True)
        response = self.show(folder, visitor, f'{{% {tag} "contact" %}}')
        assert (response.status_code, response.text) == (200, "<p>Before</p><p>After</p>")

    def test_who_may_use_it_sees_it(self, folder: Path, visitor: Visitor) -> None:
        declare_contact(auth="staff")
        visitor.login(people()["staff"])
        assert "<form" in self.show(folder, visitor, '{% mizan_form "contact" %}').text

    def test_a_form_that_refuses_by_its_hook_is_empty(self, folder: Path, visitor: Visitor) -> None:
        def refuse(cls: Any, request: HttpRequest) -> Any:
            raise Forbidden()

        declare_contact(get_init_kwargs=classmethod(refuse))
        response = self.show(folder, visitor, '{% mizan_form "contact" %}')
        assert (response.status_code, response.text) == (200, "<p>Before</p><p>After</p>")


def test_an_auth_is_shown_no_data_that_is_not_what_is_bound(visitor: Visitor) -> None:
    seen: list[object] = []

    def check_data(request: HttpRequest, data: object = None, name: object = None, **others: object) -> bool:
        seen.extend((data, name, others))
        return True

    declare_contact(auth=check_data)
    forms_of_it: list[dict[str, Any]] = [{"data": VALID}, VALID, {"data": {"name": "Eve"}, **VALID}]
    for args in forms_of_it:
        assert result(visitor.call("contact.submit", **args))["success"] is True
    assert seen == [None, None, {}] * 3


def test_an_auth_that_needs_data_is_an_error_at_declaration() -> None:
    with pytest.raises(DeclarationError, match="takes 'data', which is not an argument of the function"):
        declare_contact(auth=lambda request, data: True)

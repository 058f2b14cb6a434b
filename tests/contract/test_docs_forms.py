"""The page about forms names what the code has, and its first example works."""

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import (
    check,
    elements,
    form_url,
    post,
    submit,
)
from tests.helpers.visitor import CALL, HEADER, Visitor, answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    """List the examples in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def contact(forms_site: None) -> dict[str, Any]:
    """Run the first example."""
    namespace: dict[str, Any] = {"__name__": __name__}
    exec(examples("python")[0], namespace)
    return namespace


DATA = {"email": "ada@example.org", "message": "Hello"}


@pytest.mark.usefixtures("contact")
class TestFirstExample:
    """The form that the page begins with."""

    def test_it_validates(self, visitor: Visitor) -> None:
        assert check(visitor, "contact", DATA) == {"errors": []}

    def test_the_call_in_json_is_answered(self, visitor: Visitor) -> None:
        response = visitor.send("POST", CALL, examples("json")[0])
        result = {"success": True, "data": {"answer_to": "ada@example.org"}}
        assert answer(response) == (200, {"result": result, "invalidate": ["inbox"]})

    def test_its_html_is_answered(self, visitor: Visitor) -> None:
        response = post(visitor, form_url("contact"), DATA)
        assert (response.status_code, response.headers[HEADER]) == (200, "inbox")

    def test_it_stands_in_a_page(self, show: Any) -> None:
        html = show(examples("html")[0])
        assert elements(html, id="id_mizan-form-contact_email") != []


def test_the_formset_example_works(contact: dict[str, Any], visitor: Visitor) -> None:
    exec(examples("python")[2], contact)
    rows = {"guest-TOTAL_FORMS": 2, "guest-INITIAL_FORMS": 0, "guest-0-name": "Ada", "guest-1-name": "Bob"}
    assert submit(visitor, "guest.formset", rows) == {"success": True, "data": {"guests": 2}}


def test_the_rows_in_json_are_answered(contact: dict[str, Any], visitor: Visitor) -> None:
    exec(examples("python")[2], contact)
    response = visitor.send("POST", CALL, examples("json")[1])
    assert answer(response) == (200, {"result": {"success": True, "data": {"guests": 2}}})


def test_it_lists_the_options_and_hooks() -> None:
    hooks = [name for name, each in vars(mizanFormMixin).items() if not name.startswith("_")]
    hooks = [name for name in hooks if inspect.isroutine(getattr(mizanFormMixin, name))]
    assert [name for name in hooks if f"| `{name}(" not in PAGE] == []
    assert [each.name for each in fields(mizanFormMeta) if f"`{each.name}=" not in PAGE] == []


def test_it_lists_the_templates() -> None:
    names = [path.name for path in (ROOT / "templates" / "mizan_htmx").glob("f*.html")]
    assert [name for name in names if f"`{name}`" not in PAGE] == []

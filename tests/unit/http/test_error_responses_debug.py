"""What a failure shows the developer of a page under DEBUG, and a view's failure the page's script."""

import json
import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.errors import MizanError, ValidationFailed
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    CALL,
    SyncOrAsync,
    Visitor,
    answer,
    misfit,
    problem,
    serve,
)
from tests.site.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

HTMX = {"HX-Request": "true"}


class ShortReporter(ExceptionReporter):
    """A site's own page for developers."""

    def get_traceback_html(self) -> SafeString:
        """Say it in a word."""
        return mark_safe(f"<p>short: {self.exc_value}</p>")


def ask(visitor: Visitor, headers: dict[str, str] = HTMX, **args: object) -> tuple[int, Any]:
    """Call ``fail`` as htmx does."""
    return answer(visitor.send("POST", CALL, json.dumps({"fn": "fail", "args": args}), headers=headers))


def refusal_in(response: HttpResponse) -> Any:
    """Return what a fragment says to the script of the page."""
    found = re.search(
        r'<script type="application/json" data-mizan-refusal>([^<]*)</script>$', response.content.decode()
    )
    return found and json.loads(found[1])


@pytest.fixture
def failing(registry: Registry, sync_or_async: SyncOrAsync) -> None:
    """Register a function that fails while it holds something of the database."""

    def fail(request: HttpRequest, password: str = "hush") -> int:
        people = Person.objects.all()
        raise RuntimeError(f"<b>no</b> {people.db}")

    register(client(sync_or_async(fail)))


@pytest.mark.usefixtures("failing")
def test_under_debug_the_technical_page_comes_with_an_error_nobody_meant(
    visitor: Visitor, settings: Settings
) -> None:
    Person.objects.create(name="Ada")
    settings.DEBUG = True
    status, body = ask(visitor)
    page = body.pop("debug")["page"]
    assert (status, body) == (500, problem("INTERNAL_ERROR", "Something went wrong."))
    assert "<h1>RuntimeError" in page
    assert "&lt;b&gt;no&lt;/b&gt; default" in page
    # Read from the database for the page, in a thread where that is allowed.
    assert "&lt;QuerySet [&lt;Person" in page


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(("debug", "headers"), [(False, HTMX), (True, {})])
def test_nobody_else_is_shown_anything(
    visitor: Visitor, settings: Settings, debug: bool, headers: dict[str, str]
) -> None:
    settings.DEBUG = debug
    assert ask(visitor, headers) == (500, problem("INTERNAL_ERROR", "Something went wrong."))


@pytest.mark.usefixtures("failing")
def test_a_sites_own_exception_reporter_is_asked(visitor: Visitor, settings: Settings) -> None:
    settings.DEBUG = True
    settings.DEFAULT_EXCEPTION_REPORTER = f"{__name__}.ShortReporter"
    assert ask(visitor)[1]["debug"] == {"page": "<p>short: <b>no</b> default</p>"}


@pytest.mark.parametrize("debug", [False, True])
def test_under_debug_a_refusal_has_pydantics_reasons_too(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, debug: bool
) -> None:
    def fail(request: HttpRequest, size: int) -> int:
        return size

    register(client(sync_or_async(fail)))
    settings.DEBUG = debug
    status, body = misfit(size=["Enter a whole number."])
    if debug:
        reason = "Input should be a valid integer, unable to parse string as an integer"
        body["debug"] = {"reasons": {"size": [reason]}}
    assert ask(visitor, size="x") == (status, body)


def test_a_refusal_with_an_authors_text_has_no_other(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def fail(request: HttpRequest) -> int:
        raise ValidationFailed({"name": ["Taken."]})

    register(client(sync_or_async(fail)))
    settings.DEBUG = True
    assert ask(visitor) == misfit(name=["Taken."])


@pytest.mark.parametrize(
    ("headers", "is_shown"), [(HTMX, True), ({**HTMX, "HX-Boosted": "true"}, True), ({}, False)]
)
def test_a_views_fragment_names_the_fields_for_htmx_too(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, headers: dict[str, str], is_shown: bool
) -> None:
    def rename(request: HttpRequest, name: str, size: int) -> HttpResponse:
        raise ValidationFailed({"name": ["</script><!-- & taken"]})

    serve(settings, {"rename/": client(affects="user")(sync_or_async(rename))})
    response = visitor.form("/rename/", "name=Ada&size=x", **headers)
    assert response.content.decode().startswith('<div class="mizan-error" role="alert">')
    assert refusal_in(response) == (misfit(size=["Enter a whole number."])[1] if is_shown else None)
    response = visitor.form("/rename/", "name=Ada&size=5", **headers)
    assert refusal_in(response) == (misfit(name=["</script><!-- & taken"])[1] if is_shown else None)


def test_a_views_fragment_names_other_refusals_as_well(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def rename(request: HttpRequest) -> HttpResponse:
        raise ValidationFailed(message="Not today.")

    serve(settings, {"rename/": client(affects="user", auth=True)(sync_or_async(rename))})
    response = visitor.form("/rename/", "", **HTMX)
    assert (response.status_code, refusal_in(response)) == (401, problem("UNAUTHORIZED", "Please sign in."))


def test_details_that_are_no_json_leave_the_fragment_alone(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def rename(request: HttpRequest) -> HttpResponse:
        raise MizanError(details={"by": object()})

    serve(settings, {"rename/": client(affects="user")(sync_or_async(rename))})
    response = visitor.form("/rename/", "", **HTMX)
    assert (response.status_code, refusal_in(response)) == (500, None)

"""Several blocks in one request, some of which fail, refuse or are read by more than one of them."""

import logging
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.http import Http404, HttpRequest
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.testing import isolated_registry
from tests.helpers.batch import TWO, all_of, batch_results, batch_url
from tests.helpers.blocks import Site, blocks_of, declare_readers, template_settings


def declare_trouble(site: Site) -> None:
    """Declare readers that break, refuse or answer what can't be sent."""

    @client(context="trouble")
    def trouble(request: HttpRequest, kind: str) -> str:
        site.calls.append(f"trouble {kind}")
        if kind == "broken":
            raise RuntimeError("It broke.")
        if kind == "denied":
            raise PermissionDenied
        return "\ud800" if kind == "unwritable" else kind

    register(trouble)


TROUBLE = (
    '{% for kind in kinds %}{% mizan_context "trouble" kind=kind %}{{ trouble }}{% endmizan_context %}'
    "{% endfor %}"
)


def test_a_block_that_fails_is_logged_and_spoils_no_other(
    any_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    declare_trouble(any_site)
    html = any_site.page(TROUBLE, kinds=["fine", "ok"])
    first, second = (block["hx-get"] for block in blocks_of(html))
    broken, unwritable, denied = (
        first.replace("kind=fine", f"kind={kind}") for kind in ("broken", "unwritable", "denied")
    )

    found = batch_results(any_site, batch_url(first, broken, denied, broken, unwritable, second))

    empty = any_site.get(denied)
    failed = {"status": 500}
    assert (empty.status_code, empty.text.endswith("></div>")) == (200, True)
    assert [found[0], found[2], found[5]] == [
        {"status": 200, "html": text}
        for text in (any_site.get(first).text, empty.text, any_site.get(second).text)
    ]
    assert [found[1], found[3], found[4]] == [failed] * 3
    errors = [each for each in caplog.records if each.levelno == logging.ERROR]
    block = "page.html#mizan-"
    assert [each.getMessage().partition(block)[0] for each in errors] == [
        "RuntimeError in the block ",
        "RuntimeError in the block ",
        "UnicodeEncodeError in the block ",
    ]
    assert all(each.exc_info for each in errors)


def refuse(request: HttpRequest) -> dict[str, object]:
    """Stand for a context processor that lets nobody in."""
    raise PermissionDenied


def miss(request: HttpRequest) -> dict[str, object]:
    """Stand for a context processor that does not find what it looks for."""
    raise Http404


@pytest.mark.parametrize(("processor", "status"), [(refuse, 403), (miss, 404)])
def test_what_a_template_refuses_has_its_status(
    site: Site, settings: Settings, processor: Callable[..., object], status: int
) -> None:
    html = site.page(TWO)
    settings.TEMPLATES = template_settings(
        site.folder, context_processors=[f"{__name__}.{processor.__name__}"]
    )

    assert batch_results(site, all_of(html)) == [{"status": status}] * 2


def test_a_reader_runs_once_for_equal_arguments_even_if_it_fails(any_site: Site) -> None:
    declare_trouble(any_site)
    html = any_site.page(TROUBLE + TWO + TWO, kinds=["ok", "ok", "denied"])
    broken = blocks_of(html)[0]["hx-get"].replace("kind=ok", "kind=broken")
    any_site.calls.clear()

    batch_results(any_site, batch_url(*(block["hx-get"] for block in blocks_of(html)), broken, broken))

    assert any_site.calls == [
        *("trouble ok", "trouble denied", "user_profile 5", "user_profile 6", "trouble broken"),
    ]


def test_a_public_reader_runs_once_too(any_site: Site) -> None:
    @client(context=Context("news", public=True, max_age=60))
    def headline(request: HttpRequest) -> str:
        any_site.calls.append(f"headline {request.user.is_authenticated}")
        return "News"

    register(headline)
    source = '{% mizan_context "news" %}{{ headline }}{% endmizan_context %}'
    html = any_site.page(source + source)
    any_site.calls.clear()

    found = batch_results(any_site, all_of(html))

    assert found == [{"status": 200, "html": html[: len(html) // 2]}, found[1]]
    assert [each["html"] in html for each in found] == [True, True]
    assert any_site.calls == ["headline False"]


@pytest.mark.parametrize("middleware", [True, False])
def test_nothing_that_is_read_invalidates_anything(site: Site, settings: Settings, middleware: bool) -> None:
    html = site.page(TWO)
    if not middleware:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "mizan_htmx" not in name]
    with isolated_registry():
        declare_readers(site)

        @client(context="user")
        def user_profile(request: HttpRequest, user_id: int) -> dict[str, str]:
            invalidate(request, "user", user_id=user_id)
            return {"name": "Ada"}

        with isolated_registry():
            register(user_profile)
            found = batch_results(site, all_of(html))

    assert [each["status"] for each in found] == [200, 200]


@pytest.mark.django_db(transaction=True)
def test_a_query_that_fails_does_not_spoil_the_others_of_its_transaction(
    any_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    @client(context="rows")
    def rows(request: HttpRequest, sql: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return str(cursor.fetchall())

    register(rows)
    html = any_site.page(
        '{% mizan_context "rows" sql="SELECT 1" %}{{ rows }}{% endmizan_context %}'
        '{% mizan_context "rows" sql="SELECT 2" %}{{ rows }}{% endmizan_context %}'
    )
    first, second = (block["hx-get"] for block in blocks_of(html))
    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)

    with CaptureQueriesContext(connection) as queries:
        found = batch_results(any_site, batch_url(first, first.replace("SELECT", "SELEKT"), second))

    assert [each["status"] for each in found] == [200, 500, 200]
    assert [found[0]["html"], found[2]["html"]] == blocks_as_text(html)
    if any_site.server == "wsgi":  # the other server has another connection, of its own thread
        kinds = [query["sql"].split(" ")[0] for query in queries]
        assert kinds.count("SAVEPOINT") == 3
        assert kinds.count("ROLLBACK") == 1


def blocks_as_text(html: str) -> list[str]:
    """Cut a page of blocks, none inside another, into their texts."""
    return [part + "</div>" for part in html.split("</div>")[:-1]]

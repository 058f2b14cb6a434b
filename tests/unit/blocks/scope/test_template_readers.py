"""Readers for templates in blocks: they hand on the very object, which all blocks of an answer use."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django import forms
from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Manager, QuerySet
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from mizan_htmx import Context, GlobalContext, client, register
from mizan_htmx.blocks.scope.reader_results import resolve
from mizan_htmx.setup.registry import registry
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.single_flight import named, names, send
from tests.helpers.visitor import as_coroutine, as_written

pytestmark = pytest.mark.django_db(transaction=True)

END = "{% endmizan_context %}"
PEOPLE = '{% mizan_context "people" %}'
EACH = "{% for each in people %}{{ each.username }}{% if not forloop.last %}, {% endif %}{% endfor %}"
COUNT = "{{ people|length }}"
TWO = PEOPLE + EACH + END + PEOPLE + COUNT + END


def people(request: HttpRequest) -> QuerySet[User]:
    """Return everybody."""
    return User.objects.order_by("username")


@pytest.fixture(params=[as_written, as_coroutine], ids=["def", "async def"])
def crowd(any_site: Site, request: pytest.FixtureRequest) -> Site:
    """Return a site with a reader for templates, sync and async, and two people."""
    User.objects.create(username="ada")
    User.objects.create(username="bob & co")
    register(client(context="people")(request.param(people)))
    return any_site


def queries(do: Callable[[], Any]) -> tuple[Any, int]:
    """Return what a call returns, and how often it has queried people."""
    with CaptureQueriesContext(connection) as captured:
        result = do()
    return result, sum('FROM "auth_user"' in each["sql"] for each in captured.captured_queries)


def contents(html: str) -> list[str]:
    """Return the text of each block."""
    return [each.rpartition(">")[2] for each in html.split("</div>")[:-1]]


def test_a_page_iterates_one_queryset_in_all_blocks(crowd: Site) -> None:
    html, count = queries(lambda: crowd.page(TWO))
    assert (contents(html), count) == (["ada, bob &amp; co", "2"], 1)
    assert crowd.assert_refreshes_alike(html) == 2


def test_a_batch_iterates_one_queryset_in_all_blocks(crowd: Site) -> None:
    found = blocks_of(crowd.page(TWO))
    response, count = queries(lambda: crowd.get(f"/api/mizan/partials/?{named(*found)}"))
    html = [each["html"] for each in json.loads(response.content)["blocks"]]
    assert (contents("".join(html)), count) == (["ada, bob &amp; co", "2"], 1)


@pytest.mark.parametrize("sync_or_async", [as_written, as_coroutine])
def test_single_flight_iterates_one_queryset_in_all_blocks(
    crowd: Site, settings: Settings, sync_or_async: Callable[..., Any]
) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True

    def join(request: HttpRequest, name: str) -> str:
        User.objects.create(username=name)
        return "done"

    register(client(affects="people")(sync_or_async(join)))
    html = crowd.page(TWO)
    body = json.dumps({"fn": "join", "args": {"name": "cy"}})
    answer, count = queries(lambda: send(crowd, "/api/mizan/call/", names(html), body=body))
    assert answer.brought is not None
    brought = "".join(str(each) for each in answer.brought.values())
    assert (contents(brought), count) == (["ada, bob &amp; co, cy", "3"], 1)


def test_blocks_of_a_public_context_iterate_one_queryset_with_the_clean_request(any_site: Site) -> None:
    any_site.browser.force_login(User.objects.create(username="ada"))
    users = []

    @client(context=Context("people", public=True, max_age=60))
    def everybody(request: HttpRequest) -> QuerySet[User]:
        users.append(request.user)
        return User.objects.order_by("username")

    register(everybody, "people")
    source = TWO.replace(COUNT, "{{ people|length }}{{ user }}{{ request.user.is_anonymous }}")
    html = any_site.page(source)
    assert contents(html) == ["ada", "1AnonymousUserTrue"]
    assert [each.is_anonymous for each in users] == [True]
    any_site.assert_refreshes_alike(html)
    response = any_site.refresh(html)
    assert response.headers["CDN-Cache-Control"] == "max-age=60"
    assert response.headers["Cache-Groups"] == '"people"'
    _, count = queries(lambda: any_site.get(f"/api/mizan/partials/?{named(*blocks_of(html))}"))
    assert count == 1


def test_a_lazy_block_reads_when_it_loads(crowd: Site) -> None:
    source = PEOPLE.replace(" %}", " lazy %}") + "{% placeholder %}wait{% endplaceholder %}" + EACH + END
    html, count = queries(lambda: crowd.page(source))
    assert (contents(html), count) == (["wait"], 0)
    assert contents(crowd.refresh(html).text) == ["ada, bob &amp; co"]


def test_a_live_block_has_its_version(crowd: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "clock", lambda: "0a1b2c3d.1")
    register(client(context=Context("people", live=True))(people), "others")
    (block,) = blocks_of(crowd.page(PEOPLE + EACH + END))
    assert block["data-mizan-version"] == "0a1b2c3d.1"


class Name(forms.Form):
    """A form."""

    name = forms.CharField()


def test_what_else_templates_show(any_site: Site) -> None:
    ada = User.objects.create(username="ada")

    @client(context="one")
    def user_found(request: HttpRequest, pk: int) -> User | None:
        return User.objects.filter(pk=pk).first()

    @client(context="one")
    def people_page(request: HttpRequest) -> Page[User]:
        return Paginator(User.objects.order_by("pk"), 1).page(1)

    @client(context="one")
    def form(request: HttpRequest) -> Name:
        return Name(initial={"name": "<i>"})

    @client(context="one")
    def manager(request: HttpRequest) -> Manager[User]:
        return User.objects

    @client(context="one", data=False)
    def anything(request: HttpRequest) -> Any:
        return {"people": [ada], "now": lambda: "called"}

    for each in (user_found, people_page, form, manager, anything):
        register(each)
    shown = {
        "{{ user_found.username }}": "ada",
        "{{ people_page.paginator.num_pages }}{{ people_page.0.username }}": "1ada",
        "{{ form.name.value }}{{ form.name.auto_id }}": "&lt;i&gt;id_name",
        "{% for each in manager.all %}{{ each.username }}{% endfor %}": "ada",
        "{{ anything.people.0.username }}{{ anything.now }}": "adacalled",
    }
    for source, text in shown.items():
        html = any_site.page('{% mizan_context "one" pk=pk %}' + source + END, pk=ada.pk)
        assert contents(html) == [text]
        any_site.assert_refreshes_alike(html)


def test_the_very_object_is_handed_on(site: Site) -> None:
    handed = [User.objects.none()]

    @client(context="people", data=False)
    def found(request: HttpRequest) -> Any:
        return handed

    register(found)
    request = RequestFactory().get("/")
    assert resolve(registry.graph.functions["found"], request, {}) is handed


def test_a_coroutine_may_query_and_wait(any_site: Site) -> None:
    User.objects.create(username="ada")

    @client(context="people")
    async def waited(request: HttpRequest) -> list[User]:
        first: list[User] = await sync_to_async(lambda: list(User.objects.all()))()
        return first + [each async for each in User.objects.all()]

    wrapped = client(context="people")(sync_to_async(people))
    assert (wrapped.mizan.is_async, wrapped.mizan.for_templates) == (True, True)
    register(waited)
    register(wrapped)
    html = any_site.page(PEOPLE + "{{ waited|length }}{{ people.0.username }}" + END)
    assert contents(html) == ["2ada"]


def test_a_global_reader_for_templates_stands_in_every_template(any_site: Site) -> None:
    User.objects.create(username="ada")
    register(client(context=GlobalContext)(people))
    source = EACH + "|" + '{% mizan_context "notifications" %}' + EACH + END
    source += '{% mizan_context "global" %}' + COUNT + END
    html, count = queries(lambda: any_site.page(source))
    assert html.startswith("ada|<div")
    assert contents(html) == ["ada", "1"]
    assert count == 1
    any_site.assert_refreshes_alike(html)


def test_each_language_has_its_own_queryset(crowd: Site) -> None:
    source = TWO + '{% language "de" %}' + PEOPLE + COUNT + END + "{% endlanguage %}"
    html, count = queries(lambda: crowd.page("{% load i18n %}" + source))
    assert (contents(html)[2], count) == ("2", 2)


@pytest.mark.parametrize("sync_or_async", [as_written, as_coroutine])
def test_its_auth_guards_its_blocks(any_site: Site, sync_or_async: Callable[..., Any]) -> None:
    ada = User.objects.create(username="ada")

    def oneself(request: HttpRequest, pk: int) -> bool:
        return request.user.pk == pk

    @client(context="one", auth=sync_or_async(oneself))
    def found(request: HttpRequest, pk: int) -> User:
        return User.objects.get(pk=pk)

    register(found)
    source = '{% mizan_context "one" pk=pk %}{{ found.username }}' + END
    html = any_site.page(source, pk=ada.pk)
    assert contents(html) == [""]
    any_site.browser.force_login(ada)
    assert contents(any_site.page(source, pk=ada.pk)) == ["ada"]
    assert contents(any_site.refresh(html).text) == ["ada"]
    assert contents(any_site.page(source, pk=ada.pk + 1)) == [""]


def test_what_queries_again(crowd: Site) -> None:
    before, count = queries(lambda: crowd.page(PEOPLE + "{{ people.count }}" + EACH + END))
    assert (contents(before), count) == (["2ada, bob &amp; co"], 2)
    after, count = queries(lambda: crowd.page(PEOPLE + EACH + "{{ people.count }}{{ people.0 }}" + END))
    assert (contents(after), count) == (["ada, bob &amp; co2ada"], 1)
    html, count = queries(lambda: crowd.page(PEOPLE + EACH + "{{ people.first }}{{ people.last }}" + END))
    assert (contents(html), count) == (["ada, bob &amp; coadabob &amp; co"], 2)

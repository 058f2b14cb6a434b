"""Readers in templates: when they run, how often, and what becomes of what they raise."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, SynchronousOnlyOperation
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import NoReverseMatch
from pydantic import ValidationError

from mizan_htmx import client, register
from mizan_htmx.blocks.scope.reader_results import LazyResults, readers_of
from mizan_htmx.setup.registry import registry
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.blocks_trouble import (
    DENIALS,
    FAILURES,
    LEVELS,
    USES,
    arefuse,
    declare_trouble,
    raise_denied,
    refuse,
)

END = "{% endmizan_context %}"
USER = '{% mizan_context "user" user_id=5 %}'


def test_only_the_readers_that_a_block_uses_run(any_site: Site) -> None:
    html = any_site.page(
        USER + "{% if False %}{{ user_motto }}{% endif %}{{ nothing }}{{ user_profile.name }}" + END
    )

    assert any_site.calls == ["user_profile 5"]
    any_site.refresh(html)
    assert any_site.calls == ["user_profile 5", "user_profile 5"]


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        ("", []),
        ("{% comment %}{{ unread }}{% endcomment %}", []),
        ("{% if False and unread %}{% endif %}", []),
        ("{% for n in nothing %}{{ unread }}{% endfor %}", []),
        ('{% include "part.html" only %}', []),
        ("{% with a=unread %}{% endwith %}", ["unread"]),
        ("{% if unread %}{{ unread }}{% endif %}", ["unread"]),
        ('{% include "part.html" %}', ["unread"]),
        ("{{ nothing|default:unread }}", ["unread"]),
        ('{{ "a"|add:unread }}{{ unread|add:1 }}', ["unread"]),
    ],
)
def test_a_reader_runs_when_a_template_asks_for_it(any_site: Site, source: str, calls: list[str]) -> None:
    any_site.write("part.html", "{{ unread }}")

    html = any_site.page('{% mizan_context "notifications" %}' + source + END)

    assert any_site.calls == calls
    any_site.assert_refreshes_alike(html)


def test_a_reader_runs_once_per_request_for_equal_arguments(any_site: Site) -> None:
    block = '{% mizan_context "user" user_id=who tab=tab %}{{ user_profile.name }}{{ user_motto }}' + END
    other = '{% mizan_context "notifications" "user" user_id=who %}{{ unread }}{{ user_profile }}' + END

    html = any_site.page(
        f"{{% for tab in tabs %}}{block}{other}{{% endfor %}}", tabs=["a", "a", "b"], who="05"
    )

    assert any_site.calls == ["user_profile 5", "user_motto 5 a", "unread", "user_motto 5 b"]
    any_site.calls.clear()
    any_site.refresh(html)
    assert any_site.calls == ["user_profile 5", "user_motto 5 a"]


@pytest.mark.parametrize("error", DENIALS, ids=lambda error: type(error).__name__)
def test_a_denied_reader_empties_its_block_however_it_is_denied(site: Site, error: Exception) -> None:
    declare_trouble(site, error)

    html = site.page('{% mizan_context "trouble" tag="p" %}before {{ other }}{{ trouble }}' + END)

    (block,) = blocks_of(html)
    assert block["data-mizan"] == "trouble"
    assert html.endswith(' hx-swap="outerHTML"></p>')
    site.assert_refreshes_alike(html)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_denied_reader_empties_its_block_sync_or_async(any_site: Site, is_async: bool) -> None:
    declare_trouble(any_site, PermissionDenied(), is_async=is_async)

    html = any_site.page('{% mizan_context "trouble" %}before {{ other }}{{ trouble }}' + END)

    assert html.endswith(' hx-swap="outerHTML"></div>')
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("use", USES)
def test_a_denied_result_empties_its_block_however_it_is_used(site: Site, use: str) -> None:
    declare_trouble(site, PermissionDenied())

    html = site.page('{% mizan_context "trouble" %}[' + use + "]" + END)

    assert html.endswith(' hx-swap="outerHTML"></div>')
    site.assert_refreshes_alike(html)


def test_a_denied_reader_too_runs_once_per_request(any_site: Site) -> None:
    declare_trouble(any_site, PermissionDenied())
    block = '{% mizan_context "trouble" %}{% if trouble or other %}{{ trouble }}{% endif %}' + END

    html = any_site.page(block + block)

    assert any_site.calls == ["trouble"]
    assert any_site.assert_refreshes_alike(html) == 2


def test_what_a_template_does_after_a_swallowed_denial_does_not_matter(site: Site) -> None:
    declare_trouble(site, PermissionDenied())

    html = site.page(
        '{% mizan_context "trouble" %}{% if trouble and other %}{% else %}{% url "nowhere" %}{% endif %}'
        + END
    )

    assert html.endswith(' hx-swap="outerHTML"></div>')


def test_a_denial_empties_only_the_innermost_block_that_asked(any_site: Site) -> None:
    declare_trouble(any_site, PermissionDenied())
    inner = '{% mizan_context "trouble" %}{{ trouble }}' + END

    html = any_site.page(USER + "{{ user_profile.name }}" + inner + "after" + END)

    assert ">Ada<div" in html
    assert html.endswith("></div>after</div>")
    assert any_site.assert_refreshes_alike(html) == 2


def test_a_denial_while_a_nested_tag_is_resolved_empties_the_block_around(any_site: Site) -> None:
    declare_trouble(any_site, PermissionDenied())

    html = any_site.page(
        '{% mizan_context "trouble" %}a{% mizan_context "tag" tag=trouble %}b' + END + "c" + END
    )

    assert len(blocks_of(html)) == 1
    assert html.endswith(' hx-swap="outerHTML"></div>')
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("use", USES)
def test_any_other_exception_propagates_however_the_result_is_used(
    site: Site, error: Exception, use: str
) -> None:
    declare_trouble(site, error)

    with pytest.raises(type(error)) as caught:
        site.raw('{% mizan_context "trouble" %}' + use + END)

    assert caught.value is error


@pytest.mark.parametrize("is_async", [False, True])
def test_any_other_exception_answers_500_to_a_refresh(any_site: Site, is_async: bool) -> None:
    declare_trouble(any_site, None, is_async=is_async)
    html = any_site.page('{% mizan_context "trouble" %}{% if trouble and other %}{% endif %}' + END)

    with isolated_registry():
        declare_trouble(any_site, RuntimeError("It broke."), is_async=is_async)
        response = any_site.refresh(html)

    assert response.status_code == 500
    assert "X-Mizan-Refresh" not in response.headers
    assert "It broke." not in response.text


def test_an_exception_of_the_template_itself_propagates(site: Site) -> None:
    with pytest.raises(NoReverseMatch):
        site.raw(USER + '{{ user_profile.name }}{% url "nowhere" %}' + END)


def test_a_result_that_is_not_what_was_declared_is_an_error(site: Site) -> None:
    def lying(request: HttpRequest) -> int:
        return "no number"  # type: ignore[return-value]

    register(client(context="lying")(lying))

    with pytest.raises(ValidationError):
        site.raw('{% mizan_context "lying" %}{{ lying }}' + END)


@pytest.mark.django_db
@pytest.mark.parametrize("auth", [*LEVELS, refuse, arefuse, raise_denied])
def test_the_readers_auth_decides_at_every_rendering(any_site: Site, auth: Any) -> None:
    def secret(request: HttpRequest, user_id: int) -> str:
        return "the secret"

    register(client(context="secret", auth=auth)(secret))
    people = [
        None,
        User.objects.create_user("plain"),
        User.objects.create_user("staff", is_staff=True),
        User.objects.create_superuser("super"),
    ]
    source = '{% mizan_context "secret" user_id=5 %}{{ secret }}' + END

    for rank, person in enumerate(people):
        any_site.browser.logout()
        if person is not None:
            any_site.browser.force_login(person)
        html = any_site.page(source)
        assert html.endswith(">the secret</div>" if rank >= LEVELS.get(auth, len(people)) else "></div>")
        any_site.assert_refreshes_alike(html)


@pytest.mark.django_db
def test_a_block_is_empty_after_signing_out(any_site: Site) -> None:
    async def secret(request: HttpRequest) -> str:
        return f"the secret of {await User.objects.acount()}"

    register(client(context="secret", auth=True)(secret))
    any_site.browser.force_login(User.objects.create_user("plain"))
    html = any_site.page('{% mizan_context "secret" %}{{ secret }}' + END)

    any_site.browser.logout()

    assert html.endswith(">the secret of 1</div>")
    assert any_site.refresh(html).text == html.replace("the secret of 1", "")


def test_a_sync_reader_is_fine_inside_the_event_loop(site: Site) -> None:
    site.server, site.address = "asgi", "/inside/"

    html = site.page(USER + "{{ user_profile.name }}" + END)

    site.assert_refreshes_alike(html)


def test_an_async_reader_inside_the_event_loop_says_what_to_do(site: Site) -> None:
    site.write("page.html", '{% mizan_context "notifications" %}{% if unread and 1 %}{% endif %}' + END)

    with pytest.raises(SynchronousOnlyOperation) as caught:
        async_to_sync(site.inside_view)(RequestFactory().get("/"))

    place = registry.graph.functions["unread"].place
    assert str(caught.value) == (
        f"{place} is async and was read while a template rendered inside the event loop."
        " In an async view, return a TemplateResponse: Django renders it in a thread."
    )


def test_async_auth_inside_the_event_loop_says_what_to_do_too(site: Site) -> None:
    def secret(request: HttpRequest) -> str:
        return "the secret"

    register(client(context="secret", auth=arefuse)(secret))
    site.write("page.html", '{% mizan_context "secret" %}{{ secret }}' + END)

    with pytest.raises(SynchronousOnlyOperation):
        async_to_sync(site.inside_view)(RequestFactory().get("/"))


def test_results_are_a_mapping(site: Site) -> None:
    readers = readers_of((registry.graph.groups["user"],))
    results = LazyResults(RequestFactory().get("/"), readers, [{"user_id": 5}])

    assert list(results) == ["user_motto", "user_profile"]
    assert len(results) == 2
    assert "user_motto" in results
    assert "unread" not in results
    assert site.calls == []
    assert results["user_motto"] == "Ada & main"
    assert results.failure is None


@pytest.mark.parametrize("step", [1, -1])
def test_a_function_that_is_declared_twice_is_read_for_each_with_its_own_auth(site: Site, step: int) -> None:
    def figures(request: HttpRequest) -> str:
        return "3 sold"

    register(client(context="open")(figures), "shown")
    register(client(context="closed", auth="staff")(figures), "hidden")
    blocks = [
        f'{{% mizan_context "{name}" %}}{name}: {{{{ {reader} }}}}{END}'
        for name, reader in (("open", "shown"), ("closed", "hidden"))
    ]
    html = site.page("".join(blocks[::step]))
    assert "open: 3 sold" in html
    assert "closed:" not in html

"""What context processors put into blocks, the context ``global`` among it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from pydantic import BaseModel
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.client import GlobalContext
from mizan_htmx.context_processors import global_context
from tests.helpers.blocks import MIDDLEWARE, PROCESSORS, Site, blocks_of, template_settings

END = "{% endmizan_context %}"
NOTHING = '{% mizan_context "notifications" %}'


class Brand(BaseModel):
    """What a site is called."""

    title: str


def declare_global(site: Site, value: Any, annotation: Any, *, is_async: bool = False) -> None:
    """Declare the global reader ``shared``, which gives ``value`` or raises it."""

    def shared(request: HttpRequest) -> Any:
        site.calls.append("shared")
        if isinstance(value, Exception):
            raise value
        return value

    async def ashared(request: HttpRequest) -> Any:
        return shared(request)

    read: Callable[..., Any] = ashared if is_async else shared
    read.__annotations__["return"] = annotation
    register(client(context=GlobalContext)(read), "shared")


@pytest.mark.parametrize("is_async", [False, True])
def test_global_readers_stand_in_every_template_and_block(any_site: Site, is_async: bool) -> None:
    declare_global(any_site, Brand(title="<Mizan>"), Brand, is_async=is_async)

    html = any_site.page("{{ shared.title }}" + NOTHING + "{{ shared.title }}" + END)

    assert html.startswith("&lt;Mizan&gt;<div")
    assert html.endswith(">&lt;Mizan&gt;</div>")
    assert any_site.calls == ["shared"]
    any_site.assert_refreshes_alike(html)


def test_global_readers_run_only_when_used(any_site: Site) -> None:
    declare_global(any_site, "x", str)

    any_site.page("{% if False %}{{ shared }}{% endif %}" + NOTHING + "{{ shard }}" + END)

    assert any_site.calls == []


@pytest.mark.parametrize(
    ("value", "annotation", "source", "shown"),
    [
        ("a<b", str, "{{ shared }}{{ shared|upper }}", "a&lt;bA&lt;B"),
        (3, int, "{{ shared }} message{{ shared|pluralize }}", "3 messages"),
        (3, int, "{{ shared|add:1 }}{% if shared > 2 %}!{% endif %}", "4!"),
        (3, int, '{{ shared|stringformat:"03d" }}', "003"),
        (3, int, "{{ shared|divisibleby:3 }}", "True"),
        (3, int, "{% widthratio shared 6 100 %}", "50"),
        (2.5, float, "{{ shared|floatformat:2 }}", "2.50"),
        (True, bool, "{{ shared|yesno }}{% if shared is True %}!{% endif %}", "yes!"),
        (None, str | None, "{{ shared|default_if_none:'-' }}{% if shared is None %}!{% endif %}", "-!"),
        (
            ["a", "b"],
            list[str],
            "{{ shared|join:'+' }}{{ shared.1 }}{% for x in shared %}{{ x }}{% endfor %}",
            "a+bbab",
        ),
        ({"a": 1}, dict[str, int], "{{ shared.a }}{% for k, v in shared.items %}{{ k }}{% endfor %}", "1a"),
    ],
)
def test_a_global_value_works_like_any_value(
    site: Site, value: Any, annotation: Any, source: str, shown: str
) -> None:
    declare_global(site, value, annotation)

    html = site.page("[" + source + "]" + NOTHING + "[" + source + "]" + END)

    assert html.startswith(f"[{shown}]<div")
    assert html.endswith(f">[{shown}]</div>")
    site.assert_refreshes_alike(html)


def test_a_global_value_may_bind_a_block(any_site: Site) -> None:
    declare_global(any_site, 5, int)

    html = any_site.page(
        '{% mizan_context "user" user_id=shared with copy=shared %}{{ user_profile.name }}{{ copy }}' + END
    )

    assert html.endswith(">Ada5</div>")
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("error", [PermissionDenied(), PermissionError()])
def test_what_a_visitor_may_not_see_is_not_there(any_site: Site, error: Exception) -> None:
    declare_global(any_site, error, str)

    html = any_site.page("[{{ shared }}]" + NOTHING + "[{{ shared }}{% if shared %}no{% endif %}]" + END)

    assert html.startswith("[]<div")
    assert html.endswith(">[]</div>")
    any_site.assert_refreshes_alike(html)


def test_a_block_of_the_global_context_is_empty_when_denied(any_site: Site) -> None:
    declare_global(any_site, PermissionDenied(), str)

    html = any_site.page('{% mizan_context "global" %}[{{ shared }}]' + END)

    assert blocks_of(html)[0]["data-mizan"] == "global"
    assert html.endswith(' hx-swap="outerHTML"></div>')
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("source", ["{{ shared }}", NOTHING + "{{ shared }}" + END])
def test_other_exceptions_of_global_readers_propagate(site: Site, source: str) -> None:
    declare_global(site, RuntimeError("It broke."), str)

    with pytest.raises(RuntimeError, match=r"^It broke\.$"):
        site.raw(source)


def test_without_global_readers_there_is_nothing(site: Site) -> None:
    request = RequestFactory().get("/")
    assert global_context(request) == {}

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    register(client(context=GlobalContext)(page))
    assert global_context(request) == {}


@pytest.mark.django_db
def test_request_user_and_perms_are_the_same_at_first_and_after(any_site: Site) -> None:
    user = User.objects.create_user("ada")
    user.user_permissions.add(Permission.objects.get(codename="add_user"))
    any_site.browser.force_login(user)

    html = any_site.page(
        "{{ request.path }}" + NOTHING + "{{ request.method }} {{ user }} {{ user.is_authenticated }}"
        " {{ perms.auth.add_user }} {{ perms.auth.delete_user }}" + END
    )

    assert html.startswith("/page/<div" if any_site.address == "/page/" else "/async/<div")
    assert html.endswith(">GET ada True True False</div>")
    any_site.assert_refreshes_alike(html)


def test_messages_show_in_a_block_at_first_and_after(any_site: Site) -> None:
    def note(request: HttpRequest) -> str:
        messages.info(request, "Saved & sent.")
        return ""

    register(client(context="note")(note))
    leave_note = '{% mizan_context "note" %}{{ note }}' + END
    show = NOTHING + "{% for message in messages %}{{ message.tags }}: {{ message }}{% endfor %}" + END

    any_site.page(leave_note)
    html = any_site.page(show)
    any_site.page(leave_note)
    any_site.write("page.html", show)

    assert html.endswith(">info: Saved &amp; sent.</div>")
    assert any_site.refresh(html).text == html
    assert any_site.refresh(html).text == html.replace("info: Saved &amp; sent.", "")


def test_csrf_token_in_a_block_is_the_visitors(any_site: Site) -> None:
    any_site.browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    html = any_site.page(NOTHING + "{{ csrf_token }}" + END)
    refreshed = any_site.refresh(html).text

    for text in (html, refreshed):
        token = text.rpartition('">')[2].removesuffix("</div>")
        answer = any_site.browser.post(
            "/api/mizan/call/",
            {"fn": "tag_label", "args": {"tag": "x"}},
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )
        assert answer.json() == {"result": "x"}


def test_context_processors_run_once_for_all_blocks_of_a_request(site: Site, settings: Settings) -> None:
    settings.TEMPLATES = template_settings(
        site.folder, context_processors=[*PROCESSORS, "tests.unit.test_context_processors.counting"]
    )
    settings.MIDDLEWARE = MIDDLEWARE
    counted = engines["django"].engine.template_context_processors  # type: ignore[attr-defined]
    assert len(counted) == len(PROCESSORS) + 2  # Django adds one for csrf_token

    html = site.page("{{ count }}" + 3 * (NOTHING + "{{ count }}" + END))

    assert [part.partition("<")[0] for part in html.split(">")[1:]] == ["2", "", "2", "", "2", ""]
    assert html.startswith("1<")


def counting(request: HttpRequest) -> dict[str, int]:
    """Count how often context processors ran for this request."""
    count = getattr(request, "count", 0) + 1
    request.count = count  # type: ignore[attr-defined]
    return {"count": count}

"""The manifest of a site: its URLconf, what is added by hand, and the command that exports it."""

import json
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from pytest_django import Settings

from mizan_htmx.client import client
from mizan_htmx.edge import generate_edge_manifest, resolve_purge
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="user")
def profile_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@client(context="user", route="/members/<int:user_id>/")
async def member_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person, in a coroutine."""
    return HttpResponse()


@client(context="tag")
def tag_page(request: HttpRequest, tag: str) -> HttpResponse:
    """Show a tag."""
    return HttpResponse()


@client(affects="user")
def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Rename a person."""
    return HttpResponse(status=204)


def stranger(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Show something else."""
    return HttpResponse()


@pytest.fixture
def site(settings: Settings) -> Iterable[Callable[..., None]]:
    """Register the functions above; give a function that sets the URLconf's patterns."""

    def show(*patterns: object) -> None:
        settings.ROOT_URLCONF = tuple(patterns)

    with isolated_registry():
        for each in (user_profile, profile_page, member_page, tag_page, rename):
            register(each)
        show()
        yield show


Site = Callable[..., None]


def views(context: str = "user", **options: Any) -> list[str]:
    """List the views of a context in the manifest, without those from ``route=``."""
    found: list[str] = generate_edge_manifest(**options)["contexts"][context]["views"]
    return [each for each in found if each != "/members/:user_id/"]


def test_the_whole_manifest(site: Site) -> None:
    site(path("profile/<int:user_id>/", profile_page))
    assert generate_edge_manifest() == {
        "contexts": {
            "tag": {
                "endpoints": [],
                "functions": [{"name": "tag_page", "path": "view"}],
                "params": ["tag"],
                "views": [],
            },
            "user": {
                "endpoints": ["/api/mizan/ctx/user/"],
                "functions": [
                    {"name": "user_profile", "path": "rpc"},
                    {"name": "member_page", "path": "view"},
                    {"name": "profile_page", "path": "view"},
                ],
                "params": ["user_id"],
                "views": ["/members/:user_id/", "/profile/:user_id/"],
            },
        },
        "mutations": {"rename": {"affects": ["user"], "params": ["user_id"]}},
        "version": 1,
    }


def test_a_page_that_is_shown_nowhere_has_no_view(site: Site) -> None:
    site(path("profile/<int:user_id>/", stranger))
    assert views() == []


def test_a_page_may_be_shown_in_several_places(site: Site) -> None:
    site(
        path("profile/<int:user_id>/", profile_page),
        path("p/<user_id>/", profile_page),
        path("a/<int:user_id>/", member_page),
    )
    assert views() == ["/a/:user_id/", "/p/:user_id/", "/profile/:user_id/"]


def test_included_urlconfs_are_read_with_their_prefix(site: Site) -> None:
    deeper: list[URLPattern | URLResolver] = [path("x/", profile_page)]
    inner: list[URLPattern | URLResolver] = [
        path("<int:user_id>/", profile_page),
        path("", include(deeper)),
    ]
    site(path("people/", include((inner, "people"), namespace="people")), re_path(r"^old/", include(inner)))
    assert views() == ["/old/:user_id/", "/old/x/", "/people/:user_id/", "/people/x/"]


def test_regular_expressions_are_read(site: Site) -> None:
    site(
        re_path(r"^profile/(?P<user_id>[0-9]+)/$", profile_page),
        re_path(r"^p(?:eople)?/(?P<user_id>\d+)(?:/(?P<tab>\w+))?/$", member_page),
    )
    assert views() == ["/p/:user_id/", "/p/:user_id/:tab/", "/profile/:user_id/"]


def test_a_group_without_a_name_is_left_open(site: Site) -> None:
    site(re_path(r"^profile/([0-9]+)/$", profile_page))
    assert resolve_purge(generate_edge_manifest(), "user;user_id=5") == [
        "/api/mizan/ctx/user/?user_id=5",
        "/members/5/",
        "/profile/*",
    ]


@pytest.mark.parametrize("pattern", [r"^(?i:x)/$", r"^x/(?!y)/$", r"^100%/$", r"^(?:a|b)/$"])
def test_urls_of_others_are_let_be_whatever_they_are(site: Site, pattern: str) -> None:
    others = [re_path(pattern, stranger), re_path(pattern, include([path("x/", stranger)]))]
    site(path("profile/<int:user_id>/", profile_page), *others)
    assert views() == ["/profile/:user_id/"]


def test_a_percent_sign_in_a_pattern_is_one(site: Site) -> None:
    site(re_path(r"^100%/(?P<user_id>\d+)/$", profile_page))
    assert views() == ["/100%/:user_id/"]


def test_a_pattern_that_can_not_be_read_names_no_other_page(site: Site) -> None:
    site(path("people/", include([re_path(r"^(?:old|new)/(?P<user_id>\d+)/$", profile_page)])))
    assert "/people/" not in views()


@pytest.mark.parametrize(
    ("prefix_default", "expected"),
    [(True, ["/de/p/:user_id/", "/en/p/:user_id/"]), (False, ["/de/p/:user_id/", "/p/:user_id/"])],
)
def test_language_prefixes_make_a_view_each(
    site: Site, settings: Settings, prefix_default: bool, expected: list[str]
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    settings.LANGUAGE_CODE = "en"
    pattern = path("p/<int:user_id>/", profile_page)
    site(*i18n_patterns(pattern, prefix_default_language=prefix_default))
    assert views() == expected


def test_decorated_views_are_recognised(site: Site) -> None:
    site(path("profile/<int:user_id>/", never_cache(require_safe(profile_page))))
    assert views() == ["/profile/:user_id/"]


def test_a_page_under_two_names_shows_both_contexts(site: Site) -> None:
    @client(context="local")
    def clock_page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    register(clock_page, "clock")
    register(clock_page, "watch")
    site(path("time/", clock_page))
    assert (views("clock"), views("watch")) == (["/time/"], ["/time/"])


def test_view_urls_stand_beside_the_urlconf(site: Site) -> None:
    site(path("profile/<int:user_id>/", profile_page))
    view_urls = {"profile_page": "/p/<int:user_id>/", "user": ["/people/", "/profile/:user_id/"]}
    assert views(view_urls=view_urls) == ["/p/:user_id/", "/people/", "/profile/:user_id/"]
    assert views() == ["/profile/:user_id/"]


def test_view_urls_of_an_unknown_name_are_refused(site: Site) -> None:
    with pytest.raises(ValueError, match="view_urls names") as caught:
        generate_edge_manifest(view_urls={"users": "/people/"})
    assert str(caught.value) == (
        "view_urls names 'users', which is neither a context nor a page. Did you mean 'user'?"
        " Known contexts and pages: member_page, profile_page, tag, tag_page, user."
    )


@pytest.mark.parametrize("tag", ["a b", "ä", "a@b", "a:b", "it's", "a+b,c", "a/b", "(a)", "100%"])
def test_a_purged_page_has_the_url_that_django_writes(site: Site, tag: str) -> None:
    site(path("tag/<path:tag>/", tag_page, name="tag"))
    url = reverse("tag", kwargs={"tag": tag})
    assert url in resolve_purge(generate_edge_manifest(), str(Invalidation.of("tag", tag=tag)))


@pytest.mark.parametrize("route", ["größe/<int:user_id>/", "my profile/<int:user_id>/"])
def test_a_purged_page_has_the_url_that_django_writes_for_its_route(site: Site, route: str) -> None:
    site(path(route, profile_page, name="profile"))
    url = reverse("profile", kwargs={"user_id": 5})
    assert url in resolve_purge(generate_edge_manifest(), "user;user_id=5")
    assert url.replace("5/", "*") in resolve_purge(generate_edge_manifest(), "user")


def export(*arguments: str) -> tuple[str, str]:
    """Run the command; give what it wrote to standard output and to standard error."""
    out, err = StringIO(), StringIO()
    call_command("export_edge_manifest", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_writes_to_standard_output(site: Site) -> None:
    site(path("profile/<int:user_id>/", profile_page))
    expected = json.dumps(generate_edge_manifest(), sort_keys=True, indent=2)
    assert export() == (expected + "\n", "")


@pytest.mark.parametrize(("indent", "used"), [("0", None), ("2", 2), ("4", 4)])
def test_the_command_indents(site: Site, indent: str, used: int | None) -> None:
    expected = json.dumps(generate_edge_manifest(), sort_keys=True, indent=used)
    assert export("--indent", indent) == (expected + "\n", "")


def test_the_command_writes_to_a_file(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "manifest.json"
    out, err = export("--output", str(target), "--indent", "0")
    assert (out, err) == ("", f"Wrote 2 contexts to {target}.\n")
    assert target.read_bytes() == json.dumps(generate_edge_manifest(), sort_keys=True).encode() + b"\n"


def test_the_command_refuses_a_path_it_can_not_write(site: Site, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for target, reason in (
        (tmp_path / "taken" / "manifest.json", "File exists"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(CommandError) as caught:
            export("--output", str(target))
        assert str(caught.value) == f"The manifest can't be written to {str(target)!r}: {reason}."


@pytest.mark.parametrize(
    ("mount", "arguments", "base"),
    [
        ("api/mizan/", [], "/api/mizan"),
        ("rpc/", [], "/rpc"),
        ("", [], ""),
        ("rpc/", ["--base-url", "https://cdn.example/m/"], "https://cdn.example/m"),
        (None, [], "/api/mizan"),
    ],
)
def test_the_command_knows_the_mount_point(
    site: Site, mount: str | None, arguments: list[str], base: str
) -> None:
    if mount is not None:
        site(path(mount, include("mizan_htmx.urls")))
    manifest = json.loads(export(*arguments)[0])
    assert manifest["contexts"]["user"]["endpoints"] == [f"{base}/ctx/user/"]

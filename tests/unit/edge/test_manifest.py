"""The manifest is exact, and a header resolves to the URLs that show what it makes stale."""

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from mizan_htmx.client import Context, client
from mizan_htmx.edge.manifest import build_manifest, normalise, resolve_purge
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry

# docs/protocol.md, "Edge manifest", with its line breaks taken out.
EXAMPLE = (
    '{"contexts": {"user": {"functions": [{"name": "user_profile", "path": "rpc"},'
    ' {"name": "profile_page", "path": "view"}],'
    ' "endpoints": ["/api/mizan/ctx/user/"], "params": ["user_id"], "views": ["/profile/:user_id/"]}},'
    ' "mutations": {"rename": {"affects": ["user"], "params": ["user_id"]}}, "version": 1}'
)


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="user", route="/profile/<int:user_id>/")
def profile_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@client(affects="user")
def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Rename a person."""
    return HttpResponse(status=204)


@client(context="cart")
def cart_lines(request: HttpRequest, tab: str = "all", cart_id: int = 0) -> list[str]:
    """Read the lines of a cart."""
    return []


@client(affects=["user", "cart"], affects_params=["user_id", "cart_id"])
def buy(request: HttpRequest, user_id: int, cart_id: int) -> None:
    """Put something into a cart."""


PROTOCOL: tuple[Callable[..., Any], ...] = (user_profile, profile_page, rename)


def manifest_of(
    *declared: Callable[..., Any],
    base_url: str = "/api/mizan",
    views: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, Any]:
    """Build the manifest of these functions, registered under their own names."""
    with isolated_registry() as registry:
        for each in declared:
            register(each)
        return build_manifest(registry.graph, base_url=base_url, views=views or {})


def written(manifest: dict[str, Any]) -> str:
    """Write a manifest in its own order."""
    return json.dumps(manifest)


def test_the_example_of_the_protocol_byte_for_byte() -> None:
    assert written(manifest_of(*PROTOCOL)) == json.dumps(json.loads(EXAMPLE), sort_keys=True)


def test_functions_that_give_data_stand_before_pages_each_by_name() -> None:
    @client(context="user")
    def zodiac(request: HttpRequest, user_id: int) -> str:
        return "Gemini"

    @client(context="user")
    def about_page(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    listed = [
        (profile_page, zodiac, about_page, user_profile),
        (user_profile, about_page, zodiac, profile_page),
    ]
    for functions in listed:
        found = manifest_of(*functions)["contexts"]["user"]["functions"]
        assert [(each["name"], each["path"]) for each in found] == [
            ("user_profile", "rpc"),
            ("zodiac", "rpc"),
            ("about_page", "view"),
            ("profile_page", "view"),
        ]


def test_keys_are_sorted_without_anybody_sorting_them() -> None:
    manifest = manifest_of(*PROTOCOL, cart_lines, buy)
    assert written(manifest) == json.dumps(manifest, sort_keys=True)


def test_equal_registries_give_equal_bytes_whatever_the_order() -> None:
    functions: tuple[Callable[..., Any], ...] = (*PROTOCOL, cart_lines, buy)
    found = {
        written(manifest_of(*order, views={"user": ["/b/", "/a/"], "profile_page": ["/c/"]}))
        for order in itertools.permutations(functions)
    }
    assert len(found) == 1


def test_an_empty_registry_has_a_manifest() -> None:
    assert manifest_of() == {"contexts": {}, "mutations": {}, "version": 1}


def test_a_mutation_lists_what_it_affects_and_what_narrows_it_down() -> None:
    assert manifest_of(*PROTOCOL, cart_lines, buy)["mutations"] == {
        "buy": {"affects": ["user", "cart"], "params": ["cart_id", "user_id"]},
        "rename": {"affects": ["user"], "params": ["user_id"]},
    }


def test_a_context_without_readers_has_no_endpoint() -> None:
    assert manifest_of(profile_page)["contexts"]["user"] == {
        "endpoints": [],
        "functions": [{"name": "profile_page", "path": "view"}],
        "params": ["user_id"],
        "views": ["/profile/:user_id/"],
    }


def test_what_is_private_is_left_out() -> None:
    @client(context="user", private=True)
    def secret(request: HttpRequest, user_id: int) -> str:
        return ""

    @client(affects="user", private=True)
    def purge(request: HttpRequest, user_id: int) -> None: ...

    assert written(manifest_of(*PROTOCOL, secret, purge)) == written(manifest_of(*PROTOCOL))


@client(context="user")
def user_shown(request: HttpRequest, user_id: int, tab: str) -> User:
    """Return a person for templates."""
    return User(pk=user_id)


def test_a_reader_for_templates_is_left_out_and_its_parameters_are_not() -> None:
    manifest = manifest_of(*PROTOCOL, user_shown)
    before = manifest_of(*PROTOCOL)["contexts"]["user"]
    assert manifest["contexts"]["user"] == before | {"params": ["tab", "user_id"], "optional": ["tab"]}
    stale = resolve_purge(manifest, "user;tab=a;user_id=5")
    assert stale == [
        "/api/mizan/ctx/user/?tab=a&user_id=5",
        "/api/mizan/ctx/user/?user_id=5",
        "/profile/5/",
    ]


def test_a_context_that_only_templates_read_has_no_endpoint() -> None:
    assert manifest_of(profile_page, user_shown)["contexts"]["user"] == {
        "endpoints": [],
        "functions": [{"name": "profile_page", "path": "view"}],
        "params": ["tab", "user_id"],
        "views": ["/profile/:user_id/"],
    }


def test_its_blocks_are_named_where_caches_may_keep_them() -> None:
    @client(context=Context("people", public=True, max_age=60))
    def people(request: HttpRequest, letter: str, tab: str = "all") -> QuerySet[User]:
        return User.objects.all()

    assert manifest_of(people, base_url="/x/")["contexts"]["people"] == {
        "blocks": ["/x/partial/people/"],
        "endpoints": [],
        "functions": [],
        "max_age": 60,
        "optional": ["tab"],
        "params": ["letter", "tab"],
        "public": True,
        "views": [],
    }


def test_a_response_of_a_mixed_public_context_may_lack_what_only_templates_require() -> None:
    context = Context("people", public=True, max_age=60)

    @client(context=context)
    def count(request: HttpRequest, letter: str) -> int:
        return 0

    @client(context=context)
    def people(request: HttpRequest, letter: str, tab: str) -> QuerySet[User]:
        return User.objects.all()

    found = manifest_of(count, people)["contexts"]["people"]
    assert found["optional"] == ["tab"]
    assert "blocks" not in found
    assert found["functions"] == [{"name": "count", "path": "rpc"}]


def test_what_neither_reads_nor_affects_is_left_out() -> None:
    @client
    def ping(request: HttpRequest) -> int:
        return 0

    assert written(manifest_of(*PROTOCOL, ping)) == written(manifest_of(*PROTOCOL))


@pytest.mark.parametrize("base_url", ["/x", "/x/", "https://cdn.example/x"])
def test_the_base_url_stands_before_the_endpoints(base_url: str) -> None:
    manifest = manifest_of(user_profile, base_url=base_url)
    assert manifest["contexts"]["user"]["endpoints"] == [f"{base_url.rstrip('/')}/ctx/user/"]


def test_views_are_named_by_page_or_context_and_stand_once() -> None:
    views = {
        "profile_page": ["/people/<int:user_id>/", "/profile/:user_id/"],
        "user": ["people/", "/people/<int:user_id>/"],
        "cart": "/cart/",
    }
    contexts = manifest_of(*PROTOCOL, cart_lines, views=views)["contexts"]
    assert contexts["user"]["views"] == ["/people/", "/people/:user_id/", "/profile/:user_id/"]
    assert contexts["cart"]["views"] == ["/cart/"]


@pytest.mark.parametrize(
    ("name", "guess"),
    [("profil_page", "Did you mean 'profile_page'? "), ("carts", "Did you mean 'cart'? "), ("rename", "")],
)
def test_views_of_an_unknown_name_are_refused(name: str, guess: str) -> None:
    with pytest.raises(ValueError, match="view_urls names") as caught:
        manifest_of(*PROTOCOL, cart_lines, views={name: ["/x/"]})
    assert str(caught.value) == (
        f"view_urls names {name!r}, which is neither a context nor a page."
        f" {guess}Known contexts and pages: cart, profile_page, user."
    )


@pytest.mark.parametrize(
    ("route", "pattern"),
    [
        ("profile/<int:user_id>/", "/profile/:user_id/"),
        ("/profile/<user_id>/", "/profile/:user_id/"),
        ("/a/<slug:one>-<uuid:two>.html", "/a/:one-:two.html"),
        ("", "/"),
        ("/", "/"),
        ("//evil.example/", "/evil.example/"),
        ("/profile/:user_id/", "/profile/:user_id/"),
    ],
)
def test_a_route_is_written_with_colons(route: str, pattern: str) -> None:
    assert normalise(route) == pattern


MANIFEST = {
    "contexts": {
        "user": {
            "endpoints": ["/api/mizan/ctx/user/"],
            "functions": [],
            "params": ["tab", "user_id"],
            "views": ["/people/", "/profile/:user_id/", "/profile/:user_id/:tab/"],
        },
        "tag": {
            "endpoints": ["/api/mizan/ctx/tag/"],
            "functions": [],
            "params": ["tag"],
            "views": ["/:tag"],
        },
        "note": {
            "endpoints": ["/api/mizan/ctx/note/"],
            "functions": [],
            "params": ["text"],
            "views": [],
        },
        "unread": {
            "endpoints": ["/api/mizan/ctx/unread/"],
            "functions": [],
            "params": [],
            "views": [],
        },
    },
    "mutations": {},
    "version": 1,
}


def test_the_example_of_the_protocol_resolves() -> None:
    assert resolve_purge(manifest_of(*PROTOCOL), "user;user_id=5") == [
        "/api/mizan/ctx/user/?user_id=5",
        "/profile/5/",
    ]


@pytest.mark.parametrize(
    ("header", "urls"),
    [
        ("", []),
        (
            "user;tab=a;user_id=5",
            ["/api/mizan/ctx/user/?tab=a&user_id=5", "/people/", "/profile/5/", "/profile/5/a/"],
        ),
        ("user;user_id=5", ["/api/mizan/ctx/user/*", "/people/", "/profile/5/", "/profile/5/*"]),
        ("user;tab=a", ["/api/mizan/ctx/user/*", "/people/", "/profile/*"]),
        ("user", ["/api/mizan/ctx/user/*", "/people/", "/profile/*"]),
        ("user;other=1", ["/api/mizan/ctx/user/*", "/people/", "/profile/*"]),
        ("unread", ["/api/mizan/ctx/unread/"]),
        ("unread;user_id=5", ["/api/mizan/ctx/unread/"]),
        ("*", ["/*"]),
        ("user;user_id=5, *", ["/*"]),
        ("unread, unread", ["/api/mizan/ctx/unread/"]),
        ("tag;tag=a%20b%25%C3%A9", ["/a%20b%25%C3%A9", "/api/mizan/ctx/tag/?tag=a%20b%25%C3%A9"]),
        ("note;text=a%26b%3Dc%23%2F", ["/api/mizan/ctx/note/?text=a%26b%3Dc%23%2F"]),
        ("tag;tag=%0D%0A", ["/%0D%0A", "/api/mizan/ctx/tag/?tag=%0D%0A"]),
        ("tag;tag=..", ["/..", "/api/mizan/ctx/tag/?tag=.."]),
        ("tag", ["/*", "/api/mizan/ctx/tag/*"]),
        ("stranger;user_id=5", []),
        ("stranger, unread", ["/api/mizan/ctx/unread/"]),
        ("us er, user;user_id, tag;tag=%zz, ;;, unread", ["/api/mizan/ctx/unread/"]),
        ("__class__, contexts", []),
    ],
)
def test_a_header_resolves_to_urls(header: str, urls: list[str]) -> None:
    assert resolve_purge(MANIFEST, header) == urls


@settings(deadline=None)
@given(st.text())
def test_any_header_resolves(header: str) -> None:
    assert resolve_purge(MANIFEST, header) == resolve_purge(MANIFEST, header.strip(" \t"))


def test_a_manifest_that_was_written_and_read_resolves_alike() -> None:
    manifest = manifest_of(*PROTOCOL, cart_lines)
    again = json.loads(written(manifest))
    for header in ("user;user_id=5", "user", "cart;tab=a", "*"):
        assert resolve_purge(again, header) == resolve_purge(manifest, header)


def test_a_url_that_leaves_an_optional_parameter_out_is_stale_too() -> None:
    urls = resolve_purge(manifest_of(cart_lines), "cart;cart_id=5;tab=all")
    assert any(fnmatchcase("/api/mizan/ctx/cart/?cart_id=5", url.replace("?", "[?]")) for url in urls)

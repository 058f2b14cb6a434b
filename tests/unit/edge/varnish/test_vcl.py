"""``compile_vcl``: manifest in, VCL out. What Varnish makes of it is tested in ``tests/varnish``."""

import re
from typing import Any

import pytest

from mizan_htmx.edge.varnish.vcl import compile_vcl


def manifest(*, mutations: dict[str, Any] | None = None, **contexts: dict[str, Any]) -> dict[str, Any]:
    """Write a manifest of public contexts."""
    whole = {
        name: {"endpoints": [], "max_age": 60, "params": [], "public": True, "views": [], **context}
        for name, context in contexts.items()
    }
    return {"contexts": whole, "mutations": mutations or {}, "version": 1}


def compiled(**contexts: dict[str, Any]) -> str:
    """Compile these contexts."""
    return compile_vcl(manifest(**contexts), origin="127.0.0.1:8000")


def patterns(vcl: str) -> list[str]:
    """List the expressions that choose by URL, in their order."""
    body = vcl.partition("sub mizan_read_url {")[2].partition("\n}")[0]
    return re.findall(r'if \(req\.url ~ "(.*)"\) \{', body)


@pytest.mark.parametrize(
    ("origin", "host", "port"),
    [
        ("127.0.0.1:8000", "127.0.0.1", "8000"),
        ("app.internal:80", "app.internal", "80"),
        ("[::1]:8", "::1", "8"),
    ],
)
def test_the_origin_is_the_backend(origin: str, host: str, port: str) -> None:
    vcl = compile_vcl(manifest(), origin=origin)
    assert f'backend origin {{\n    .host = "{host}";\n    .port = "{port}";\n}}' in vcl


@pytest.mark.parametrize(
    "origin", ["", "site", "site:", ":80", 'a"; }:80', "http://site:80", "::1:80", "a b:1"]
)
def test_another_form_of_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="not the address of a server") as raised:
        compile_vcl(manifest(), origin=origin)
    assert str(raised.value) == (
        f"{origin!r} is not the address of a server. Write HOST:PORT, such as '127.0.0.1:8000'."
    )


@pytest.mark.parametrize("contexts", [{'a"b': {}}, {"a": {"params": ['x"); }']}}, {"*": {}}])
def test_a_name_against_the_grammar_is_refused(contexts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is not a name\. Use a letter"):
        compiled(**contexts)


def test_nothing_is_left_to_be_filled_in() -> None:
    assert re.findall(r"@[A-Z]+@", compiled(news={"views": ["/"]})) == []


def test_equal_manifests_give_equal_bytes() -> None:
    contexts: dict[str, dict[str, Any]] = {"b": {"params": ["y", "x"]}, "a": {"params": ["x"]}}
    assert compiled(**contexts) == compiled(**dict(reversed(contexts.items())))


def test_what_may_not_be_kept_is_not_looked_at() -> None:
    contexts = manifest(now={"max_age": 0, "views": ["/now/"]})
    contexts["contexts"]["inbox"] = {"endpoints": ["/ctx/inbox/"], "params": [], "views": ["/inbox/"]}
    vcl = compile_vcl(contexts, origin="127.0.0.1:8000")
    assert patterns(vcl) == []


def test_blocks_are_named_where_there_is_no_endpoint() -> None:
    vcl = compiled(news={"blocks": ["/api/partial/news/"], "params": ["topic"]})
    assert patterns(vcl) == [r"^/api/partial/news/(?:\?|$)"]


def test_a_context_is_shown_by_its_readers_its_blocks_and_its_pages() -> None:
    vcl = compiled(
        user={"endpoints": ["/api/ctx/user/"], "params": ["user_id"], "views": ["/profile/:user_id/"]}
    )
    assert patterns(vcl) == [
        r"^/api/ctx/user/(?:\?|$)",
        r"^/api/partial/user/(?:\?|$)",
        r"^/profile/([^/?]+)/(?:\?|$)",
    ]


def test_urls_with_fewer_values_are_tried_first() -> None:
    vcl = compiled(
        a={"params": ["x"], "views": ["/:x/"]}, b={"params": ["x", "y"], "views": ["/:x/:y/", "/new/"]}
    )
    assert patterns(vcl) == [
        r"^/new/(?:\?|$)",
        r"^/([^/?]+)/(?:\?|$)",
        r"^/([^/?]+)/([^/?]+)/(?:\?|$)",
    ]


def test_a_url_is_matched_as_a_browser_sends_it() -> None:
    views = ['/über "uns"/', "/a.b+(c)/", "/x\ny/", "/{@ORIGIN@}/"]
    assert sorted(patterns(compiled(news={"views": views}))) == [
        r"^/%7B@ORIGIN@%7D/(?:\?|$)",
        r"^/%C3%BCber%20%22uns%22/(?:\?|$)",
        r"^/a\.b\+\(c\)/(?:\?|$)",
        r"^/x%0Ay/(?:\?|$)",
    ]


def test_sockets_are_where_they_are_said_to_be() -> None:
    vcl = compile_vcl(manifest(), origin="a:1", sockets=("/ws/", "/live.x"))
    assert r'req.url ~ "^(?:/ws/|/live\.x)(?:\?|$)"' in vcl
    assert 'req.url ~ "(?!)"' in compile_vcl(manifest(), origin="a:1", sockets=())


def test_without_a_response_each_url_of_a_mutation_purges_the_cached_contexts_that_it_affects() -> None:
    mutations = {
        "rename": {
            "affects": ["inbox", "user"],
            "endpoints": ["/call/", "/u/:user_id/rename/"],
            "params": [],
        },
        "post": {"affects": ["news"], "endpoints": ["/call/"], "params": []},
        "send": {"affects": ["inbox"], "params": []},
        "read": {"affects": ["inbox"], "endpoints": ["/read/"], "params": []},
    }
    vcl = compile_vcl(manifest(mutations=mutations, user={}, news={}), origin="a:1")
    body = vcl.partition("sub mizan_outcome_unknown {")[2].partition("\n}")[0]
    assert re.findall(r'req\.url ~ "(.*)"\) \{\n.*X-Mizan-Stale \+ "(.*)";', body) == [
        (r"^/call/(?:\?|$)", ", news, user"),
        (r"^/u/([^/?]+)/rename/(?:\?|$)", ", user"),
    ]

"""Where blocks refresh: kept between renderings, and never that of another site, key or language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.signing import BadSignature
from django.test import RequestFactory
from django.test.utils import override_script_prefix, override_settings
from django.urls import clear_url_caches, include, path, set_urlconf
from django.utils import translation
from pytest_django import Settings

from mizan_htmx.blocks import block as blocks
from mizan_htmx.blocks.block import Block, Wrapper
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import Site, blocks_of, declare_readers

ENDPOINTS = include("mizan_htmx.urls")
HERE = (path("here/", ENDPOINTS),)
THERE = (path("there/", ENDPOINTS),)
IN_LANGUAGES = tuple(i18n_patterns(path("m/", ENDPOINTS)))


@pytest.fixture(params=[True, False], ids=["cached", "not cached"])
def block(request: pytest.FixtureRequest) -> Iterator[Block]:
    """Give a block of the context ``user``, on a site whose endpoints are at ``/here/``."""
    values = ({"user_id": 5},)
    with isolated_registry(), override_settings(ROOT_URLCONF=HERE):
        declare_readers(Site(Path("/nowhere")))
        css = "" if request.param else "x" * 2001
        yield Block("page.html#card", ("user",), values, {}, Wrapper(css=css))


def place(block: Block) -> str:
    return block.url.partition("partial/")[0]


def test_the_url_is_that_of_the_urlconf_of_the_request(block: Block) -> None:
    assert place(block) == "/here/"
    set_urlconf(THERE)  # type: ignore[arg-type]
    try:
        assert place(block) == "/there/"
    finally:
        set_urlconf(None)
    assert place(block) == "/here/"


def test_the_url_is_below_the_script_prefix(block: Block) -> None:
    assert place(block) == "/here/"
    with override_script_prefix("/shop/"):
        assert place(block) == "/shop/here/"
    assert place(block) == "/here/"


def test_the_url_is_in_the_language_of_the_page(block: Block) -> None:
    with override_settings(ROOT_URLCONF=IN_LANGUAGES, LANGUAGES=[("en", "English"), ("de", "German")]):
        for language in ("en", "de", "en"):
            with translation.override(language):
                assert place(block) == f"/{language}/m/"


def test_the_url_follows_patterns_that_a_site_changes_as_it_goes(block: Block, settings: Settings) -> None:
    """Sites with a tenant in each path do so: for each request they call ``clear_url_caches``."""
    patterns = [path("acme/", ENDPOINTS)]
    settings.ROOT_URLCONF = (path("", include(patterns)),)
    assert place(block) == "/acme/"
    patterns[:] = [path("umbrella/", ENDPOINTS)]
    clear_url_caches()
    assert place(block) == "/umbrella/"


def test_a_new_key_signs_at_once_and_the_old_one_is_read_while_it_is_a_fallback(
    block: Block, settings: Settings
) -> None:
    settings.SECRET_KEY = "old"
    old, address = block.token, block.url
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert block.token != old
    assert block.url == address.replace(old, block.token)
    for token in (old, block.token):
        assert blocks.read_token(token, {"user_id": "5"}) == block


def test_a_key_that_is_no_fallback_any_more_is_not_read(block: Block, settings: Settings) -> None:
    settings.SECRET_KEY = "old"
    old = block.token
    assert blocks.read_token(old, {"user_id": "5"}) == block
    settings.SECRET_KEY = "new"
    with pytest.raises(BadSignature):
        blocks.read_token(old, {"user_id": "5"})


@pytest.mark.parametrize(
    ("variables", "attributes", "is_cached"),
    [
        ({"n": 10**200, "flag": True}, {"class": "wide"}, True),
        ({"n": 10**2000}, {}, False),
        ({"text": "x" * 2001}, {}, False),
        ({}, {"class": "x" * 2001}, False),
    ],
)
@pytest.mark.usefixtures("block")
def test_only_a_short_url_is_cached(
    variables: dict[str, Any], attributes: dict[str, Any], is_cached: bool
) -> None:
    made = blocks.make(
        "page.html#card",
        contexts=("user",),
        params={"user_id": 5},
        variables=variables,
        attributes=attributes,
        request=RequestFactory().get("/"),
        parent="card",
    )

    assert (made.url is made.url) is is_cached
    assert blocks.read_token(made.token, {"user_id": "5"}) == made


def test_equal_variables_of_other_types_are_signed_separately() -> None:
    made = [
        Block("page.html#card", ("user",), ({},), {"flag": each}, Wrapper()).token
        for each in (True, 1, 1.0, "1")
    ]

    assert len({*made}) == 4


def test_only_an_id_that_follows_from_the_rest_is_left_out_of_the_token(site: Site) -> None:
    user = '{% mizan_context "user" user_id=5 as card %}{{ user_profile.name }}{% endmizan_context %}'
    html = site.page(
        '{% for n in "567" %}{% mizan_context "user" user_id=n as a %}{% endmizan_context %}{% endfor %}'
        '{% for n in "56" %}{% mizan_context "user" user_id=n id="x"|add:n as b %}{% endmizan_context %}'
        '{% endfor %}{% for _ in "12" %}{% mizan_context "tag" tag="t" as c %}'
        + user
        + "{% endmizan_context %}{% endfor %}"
    )

    tokens = [urlsplit(block["hx-get"]).query.partition("&")[0] for block in blocks_of(html)]
    loop, own, others = tokens[:3], tokens[3:5], tokens[5:]
    assert len({*loop}) == 1
    assert len({*own}) == 2
    assert len({*others}) == 4  # equal ones that are numbered, and those inside of them
    site.assert_refreshes_alike(html)

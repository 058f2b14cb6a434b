"""``MIZAN_EDGE``: read late, read once, and refused with the place and the way out."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from mizan_htmx.edge.backends.fastly import FastlyEdge
from mizan_htmx.edge.backends.recording import RecordingEdge
from mizan_htmx.edge.conf import (
    Untaggable,
    edge_settings,
    edges,
    is_kept_apart,
    lifetime_headers,
    tag_headers,
)

BACKENDS = "mizan_htmx.edge.backends"
FASTLY = f"{BACKENDS}.fastly.FastlyEdge"
RECORDING = f"{BACKENDS}.recording.RecordingEdge"
OPTIONS = {"service": "s", "token": "t"}


def one(backend: str, **options: object) -> dict[str, Any]:
    """Write the setting with one edge."""
    return {"default": {"BACKEND": backend, "OPTIONS": options}}


def test_without_the_setting_there_are_no_edges() -> None:
    assert (edges(), tag_headers(("user",)), lifetime_headers()) == ((), {}, frozenset())


def test_edges_are_made_once_and_anew_when_a_test_changes_the_setting(settings: Settings) -> None:
    settings.MIZAN_EDGE = {**one(RECORDING), "second": {"BACKEND": FASTLY, "OPTIONS": OPTIONS}}
    first = edges()
    assert [type(edge) for edge in first] == [RecordingEdge, FastlyEdge]
    assert edges() is first
    settings.MIZAN_EDGE = one(RECORDING)
    assert [type(edge) for edge in edges()] == [RecordingEdge]
    assert edges() != first


def test_every_edge_writes_its_header_and_names_where_it_reads_the_time_to_live(settings: Settings) -> None:
    settings.MIZAN_EDGE = {
        "one": {"BACKEND": FASTLY, "OPTIONS": OPTIONS},
        "two": {"BACKEND": f"{BACKENDS}.bunny.BunnyEdge", "OPTIONS": {"zone": "1", "token": "t"}},
        "three": {
            "BACKEND": f"{BACKENDS}.varnish.VarnishEdge",
            "OPTIONS": {"doors": "http://127.0.0.1:6082"},
        },
    }
    assert tag_headers(("user", "user;user_id=5")) == {
        "Surrogate-Key": "user user;user_id=5",
        "CDN-Tag": "user,user;user_id=5",
    }
    assert lifetime_headers() == {"Surrogate-Control", "Cache-Control", "CDN-Cache-Control"}
    with pytest.raises(Untaggable):
        tag_headers([f"user;p{number}={'x' * 40}" for number in range(100)])


def test_an_edge_that_ignores_vary_separates_only_what_its_key_has(settings: Settings) -> None:
    assert is_kept_apart(["hx-request"])
    settings.MIZAN_EDGE = one(FASTLY, **OPTIONS)
    assert is_kept_apart(["hx-request"])
    settings.MIZAN_EDGE = {
        "fastly": {"BACKEND": FASTLY, "OPTIONS": OPTIONS},
        "bunny": {
            "BACKEND": f"{BACKENDS}.bunny.BunnyEdge",
            "OPTIONS": {"zone": "1", "token": "t", "vary": ["Accept-Language"]},
        },
    }
    assert is_kept_apart(["", "accept-encoding", "accept-language"])
    assert not is_kept_apart(["accept-language", "hx-request"])


def test_two_edges_of_one_spelling_may_share_a_header(settings: Settings) -> None:
    settings.MIZAN_EDGE = {
        "a": {"BACKEND": f"{BACKENDS}.cloudflare.CloudflareEdge", "OPTIONS": {"zone": "1", "token": "t"}},
        "b": {"BACKEND": f"{BACKENDS}.cloudfront.CloudFrontEdge", "OPTIONS": {"distribution": "D"}},
    }
    assert tag_headers(("user", "user;user_id=5")) == {"Cache-Tag": "user,user;user_id=5"}


def test_two_edges_that_write_one_header_differently_are_refused(settings: Settings) -> None:
    settings.MIZAN_EDGE = {
        "a": {"BACKEND": f"{BACKENDS}.bunny.BunnyEdge", "OPTIONS": {"zone": "1", "token": "t"}},
        "b": {"BACKEND": FASTLY, "OPTIONS": OPTIONS},
        "c": {"BACKEND": RECORDING, "OPTIONS": {"header": "surrogate-key"}},
    }
    assert edge_settings.loaded.problems == (
        "MIZAN_EDGE: FastlyEdge and RecordingEdge write the header 'surrogate-key' differently."
        " Choose another header for one of them, where it has an option for that.",
    )


BUNNY = {"zone": "1", "token": "t"}
WRONG: list[tuple[object, str]] = [
    ([], "MIZAN_EDGE must be a dictionary of edges by name, not a list."),
    ({"a": "x.Y"}, "MIZAN_EDGE['a'] has no \"BACKEND\", the dotted path of a class."),
    ({"a": {"OPTIONS": {}}}, "MIZAN_EDGE['a'] has no \"BACKEND\", the dotted path of a class."),
    (
        {"a": {"BACKEND": RECORDING, "options": {}}},
        "MIZAN_EDGE['a'] has the unknown 'options'. It takes \"BACKEND\" and \"OPTIONS\".",
    ),
    (
        {"a": {"BACKEND": RECORDING, "OPTIONS": ["header"]}},
        "MIZAN_EDGE['a'][\"OPTIONS\"] must be a dictionary of options by name.",
    ),
    (
        one("mizan_htmx.edge.backends.squid.SquidEdge"),
        "MIZAN_EDGE['default']: 'mizan_htmx.edge.backends.squid.SquidEdge' can't be imported:"
        " No module named 'mizan_htmx.edge.backends.squid'.",
    ),
    (
        one("tests.apps.broken_edge.Edge"),
        "MIZAN_EDGE['default']: 'tests.apps.broken_edge.Edge' can't be imported:"
        " No module named 'package_of_somebody'. Install it: pip install \"mizan_htmx[edge]\".",
    ),
    (
        one("mizan_htmx.protocol.keys.parse"),
        "MIZAN_EDGE['default']: 'mizan_htmx.protocol.keys.parse' is not an edge: it must be a class with a"
        " method purge().",
    ),
    (one(FASTLY, service="s"), "MIZAN_EDGE['default']: FastlyEdge: option 'token' is missing."),
    (
        one(FASTLY, **OPTIONS, tokken="x"),
        "MIZAN_EDGE['default']: FastlyEdge: unknown option 'tokken'. Did you mean 'token'?"
        " Known options: api, repeat_after, service, timeout, token.",
    ),
    (
        one(FASTLY, service="s", token="secret\n"),
        "MIZAN_EDGE['default']: FastlyEdge: option 'token' is not a string of visible ASCII characters.",
    ),
    (
        one(FASTLY, service="sé", token="t"),
        "MIZAN_EDGE['default']: FastlyEdge: option 'service' is 'sé', not a string of visible ASCII"
        " characters.",
    ),
    (
        one(FASTLY, **OPTIONS, timeout=0),
        "MIZAN_EDGE['default']: FastlyEdge: option 'timeout' is 0, not a number of seconds above 0.",
    ),
    (
        one(FASTLY, **OPTIONS, repeat_after="2"),
        "MIZAN_EDGE['default']: FastlyEdge: option 'repeat_after' is '2', not a number of seconds above 0.",
    ),
    (
        one(FASTLY, **OPTIONS, api="ftp://x"),
        "MIZAN_EDGE['default']: FastlyEdge: option 'api' is 'ftp://x', not a URL such as"
        " 'https://host:port'.",
    ),
    (
        one(FASTLY, **OPTIONS, api="https://me:secret@x"),
        "MIZAN_EDGE['default']: FastlyEdge: option 'api' must not contain a user or a password.",
    ),
    (
        one(f"{BACKENDS}.bunny.BunnyEdge", **BUNNY, vary="HX-Request"),
        "MIZAN_EDGE['default']: BunnyEdge: option 'vary' is 'HX-Request', not a list of header names.",
    ),
    (
        one(f"{BACKENDS}.varnish.VarnishEdge", doors=[]),
        "MIZAN_EDGE['default']: VarnishEdge: option 'doors' is [], not a list of URLs.",
    ),
    (
        one(f"{BACKENDS}.cloudflare.CloudflareEdge", zone="1", token="t", plan="ultimate"),
        "MIZAN_EDGE['default']: CloudflareEdge: option 'plan' is 'ultimate', not one of 'free', 'pro',"
        " 'business', 'enterprise'.",
    ),
]


@pytest.mark.parametrize(("setting", "message"), WRONG)
def test_what_can_not_be_meant_is_refused(settings: Settings, setting: object, message: str) -> None:
    settings.MIZAN_EDGE = setting
    with pytest.raises(ImproperlyConfigured) as caught:
        edges()
    assert str(caught.value) == message
    assert edge_settings.loaded.problems == (message,)


@pytest.mark.parametrize(
    "api", ["https://h:99999", "https://", "https://h/?q=1", "https://h/#x", "http://a b", 5, "é"]
)
def test_values_that_are_no_url_are_refused(api: object) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"option 'api' is .* not a URL"):
        FastlyEdge(service="s", token="t", api=api)


def test_no_secret_shows_in_what_describes_an_edge() -> None:
    edge = FastlyEdge(service="s", token="very-secret", api="https://fastly.example/")
    assert repr(edge) == "FastlyEdge(service='s', api='https://fastly.example/')"
    assert "very-secret" not in repr(vars(edge))

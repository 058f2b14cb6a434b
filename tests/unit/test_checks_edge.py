"""The system checks of ``MIZAN_EDGE``."""

from django.core.checks import Error, Warning
from pytest_django import Settings

from mizan_htmx.checks import check_edges

URLS = {
    "BACKEND": "mizan_htmx.edge.backends.urls.UrlEdge",
    "OPTIONS": {"caches": ["http://127.0.0.1:8080"], "host": "example.com"},
}
FASTLY = "mizan_htmx.edge.backends.fastly.FastlyEdge"


def test_a_site_without_edges_needs_nothing() -> None:
    assert check_edges(None) == []


def test_e020_names_every_edge_that_can_not_be_meant(settings: Settings) -> None:
    settings.MIZAN_EDGE = {"a": {}, "b": {"BACKEND": FASTLY, "OPTIONS": {"service": "s"}}}
    hint = "docs/cdn.md lists the options of every edge."
    assert check_edges(None) == [
        Error(
            "MIZAN_EDGE['a'] has no \"BACKEND\", the dotted path of a class.", hint=hint, id="mizan_htmx.E020"
        ),
        Error("MIZAN_EDGE['b']: FastlyEdge: option 'token' is missing.", hint=hint, id="mizan_htmx.E020"),
    ]


def test_w020_an_edge_that_purges_by_url(settings: Settings) -> None:
    settings.MIZAN_EDGE = {"a": URLS, "b": {"BACKEND": FASTLY, "OPTIONS": {"service": "s", "token": "t"}}}
    assert check_edges(None) == [
        Warning(
            "UrlEdge(caches=['http://127.0.0.1:8080'], host='example.com') purges by URL. Copies under"
            " another spelling of a URL, such as /profile/005/ or with ?utm_source=, stay until max_age is"
            " over.",
            hint="Use an edge that purges by tags; or keep max_age short, and add 'mizan_htmx.W020' to"
            " SILENCED_SYSTEM_CHECKS.",
            id="mizan_htmx.W020",
        )
    ]

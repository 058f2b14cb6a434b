"""Which of the blocks that a mutation names it brings along, and what trouble each of them may make."""

import json
import logging
from hashlib import blake2b
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.setup.registry import registry
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.single_flight import HTMX, PAGE, named, names, send

pytestmark = pytest.mark.django_db


def test_a_block_whose_content_is_the_same_is_not_sent(flying: Site) -> None:
    flying.names[5] = "Grace & Ü"
    html = flying.page(PAGE)

    answer = send(flying, "/rename/5/", names(html))

    assert answer.brought == {blocks_of(html)[0]["id"]: None}


def test_what_a_batch_asks_for_may_be_the_same_too(flight: Site) -> None:
    html = flight.page(PAGE)
    ada, bob, _ = blocks_of(html)
    flight.names[6] = "Eve"

    response = flight.get(f"/api/mizan/partials/?{named(ada, bob)}")

    assert json.loads(response.content) == {
        "blocks": [{"status": 304}, {"status": 200, "html": flight.get(bob["hx-get"]).text}]
    }


def test_the_hash_is_of_the_content_alone_and_its_refresh_has_it_too(flight: Site) -> None:
    html = flight.page(
        '{% for css in "ab" %}{% mizan_context "user" user_id=5 class=css %}{{ user_profile.name }}'
        "{% endmizan_context %}{% endfor %}"
    )

    first, second = blocks_of(html)
    assert first["data-mizan-hash"] == second["data-mizan-hash"] == blake2b(b"Ada", digest_size=8).hexdigest()
    flight.assert_refreshes_alike(html)


def test_a_live_block_has_no_hash_because_its_version_changes(
    flight: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "clock", lambda: "0a1b2c3d.1")

    @client(context=Context("board", live=True))
    def board(request: HttpRequest) -> str:
        return "Plans"

    register(board)
    html = flight.page('{% mizan_context "board" %}{{ board }}{% endmizan_context %}')

    assert "data-mizan-hash" not in blocks_of(html)[0]
    assert blocks_of(html)[0]["data-mizan-version"] == "0a1b2c3d.1"


def test_forged_blocks_and_those_of_other_contexts_are_left_out(flight: Site) -> None:
    html = flight.page(PAGE)
    ada, bob, tag = (urlsplit(block["hx-get"]).query for block in blocks_of(html))
    forged = ada.replace("block=", "block=x")

    answer = send(
        flight,
        "/plain/",
        {**HTMX, "X-Mizan-Blocks": f"x=1&{forged}&block=&{tag}&{bob}&{ada}&%ff&block={'A' * 60}&user_id=5"},
    )

    assert list(answer.brought or {}) == [blocks_of(html)[0]["id"]]


def test_whose_data_is_brought_is_not_decided_by_its_url_alone(flight: Site) -> None:
    def refused(request: HttpRequest, user_id: int) -> str:
        raise PermissionDenied

    register(client(context="user")(refused))
    html = flight.page('{% mizan_context "user" user_id=5 %}{{ refused }}{% endmizan_context %}')

    answer = send(
        flight,
        "/plain/",
        names(html).copy() | {"X-Mizan-Blocks": named(*blocks_of(html)).split("&mizan-hash")[0]},
    )

    assert answer.brought == {blocks_of(html)[0]["id"]: html}


@pytest.mark.parametrize(
    ("count", "more", "brings"),
    [(1, "", True), (100, "", True), (101, "", False), (1, "&x=" + "y" * 4000, False)],
)
def test_there_is_a_limit_to_what_may_be_named(flight: Site, count: int, more: str, brings: bool) -> None:
    html = flight.page(PAGE)
    ada = urlsplit(blocks_of(html)[0]["hx-get"]).query
    header = "&".join([ada, *["block=x"] * (count - 1)]) + more

    answer = send(flight, "/plain/", {**HTMX, "X-Mizan-Blocks": header})

    assert (answer.status, answer.body, answer.brought is not None) == (200, "plain", brings)


def test_too_many_fields_are_left_out(flight: Site, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    html = flight.page(PAGE)
    ada = urlsplit(blocks_of(html)[0]["hx-get"]).query

    answer = send(flight, "/plain/", {**HTMX, "X-Mizan-Blocks": f"{ada}&{'a&' * 20}{ada}"})

    assert list(answer.brought or {}) == [blocks_of(html)[0]["id"]]


def test_a_block_inside_another_comes_with_it(flight: Site) -> None:
    inner = '{% mizan_context "user" user_id=5 %}{{ user_profile.name }}{% endmizan_context %}'
    html = flight.page(inner.replace("{{ user_profile.name }}", f"({inner})"))

    answer = send(flight, "/plain/", names(html))

    outer, own = blocks_of(html)
    assert list(answer.brought or {}) == [outer["id"]]
    assert f'id="{own["id"]}"' in str((answer.brought or {})[outer["id"]])


def test_a_block_that_fails_is_logged_and_left_out(flying: Site, caplog: pytest.LogCaptureFixture) -> None:
    def shaky(request: HttpRequest, user_id: int) -> str:
        if flying.names[user_id] != "Ada":
            raise RuntimeError("It broke.")
        return "fine"

    register(client(context="user")(shaky))
    html = flying.page('{% mizan_context "user" user_id=5 %}{{ shaky }}{% endmizan_context %}' + PAGE)

    answer = send(flying, "/rename/5/", names(html))

    assert (answer.status, answer.body) == (200, "<p>é😀</p>")
    assert list(answer.brought or {}) == [blocks_of(html)[1]["id"]]
    (failure,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert failure.getMessage().startswith("RuntimeError in the block page.html#mizan-")


def test_whatever_fails_the_answer_to_the_mutation_stands(
    flight: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    html = flight.page(PAGE)

    def broken(*args: object) -> object:
        raise RuntimeError("It broke.")

    monkeypatch.setattr("mizan_htmx.blocks.refresh.single_flight.render_block", broken)
    answer = send(flight, "/plain/", names(html))

    assert (answer.status, answer.body, answer.brought) == (200, "plain", None)
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR] == [
        "No blocks were added to the response of /plain/."
    ]

"""Attacks on the address of a block: what is signed, what is asked for, and who asks."""

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.blocks.block import SALT
from tests.helpers.visitor import HEADER, MOUNT, Visitor, serve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

CARD = """{% load mizan %}
{% mizan_context "user" user_id=5 with compact=True label=label as card %}
<b>{{ user_name }}</b>{% if compact %}compact{% endif %}{{ label }}{{ request.GET.label }}
{% endmizan_context %}
"""
NOTE = """{% load mizan %}
{% mizan_context "note" as card %}{{ note_text }}{{ SECRET }}{% endmizan_context %}"""


def page(request: HttpRequest) -> HttpResponse:
    """Show the card."""
    return render(request, "card.html", {"label": request.GET.get("l", "")})


def note_page(request: HttpRequest) -> HttpResponse:
    """Show the note."""
    return render(request, "note.html", {"SECRET": "of the page"})


@pytest.fixture(autouse=True)
def site(registry: Any, settings: Settings, tmp_path: Path) -> None:
    """Serve a page with a block that everybody sees, and one that its owner sees."""
    settings.MIZAN_STRICT = False  # a block uses what only the page has, to show that it does not see it

    def user_name(request: HttpRequest, user_id: int) -> str:
        return f"user {user_id}"

    def note_text(request: HttpRequest) -> str:
        return "secret"

    register(client(context="user")(user_name))
    register(client(context="note", auth=True)(note_text))
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "card.html").write_text(CARD)
    (folder / "note.html").write_text(NOTE)
    (tmp_path / "secret.html").write_text("the secret file")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder]}]
    serve(settings, {"page/": page, "note/": note_page})


def block_url(visitor: Visitor, path: str = "/page/") -> tuple[str, dict[str, str]]:
    """Find the block on a page, and return the path and the query of its URL."""
    found = re.search(r'hx-get="([^"]+)"', visitor.get(path).content.decode())
    assert found
    parts = urlsplit(html.unescape(found[1]))
    return parts.path, dict(parse_qsl(parts.query))


def refresh(visitor: Visitor, path: str, query: dict[str, str] | str) -> tuple[int, str]:
    """Ask for a block; give status and body."""
    text = query if isinstance(query, str) else urlencode(query)
    response = visitor.get(f"{path}?{text}", HX_Request="true")
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.content.decode()


def sign(content: object, *, salt: str = SALT) -> str:
    """Sign what an attacker would like to have rendered."""
    return signing.Signer(salt=salt).sign_object(content)


NOT_FOUND = (404, "Not found.")


def test_a_blocks_own_url_answers_it(visitor: Visitor) -> None:
    path, query = block_url(visitor)
    status, body = refresh(visitor, path, query)
    assert (status, "<b>user 5</b>compact" in body) == (200, True)


def test_a_forged_token_is_404(visitor: Visitor) -> None:
    path, query = block_url(visitor)
    good = query["block"]
    content, _, signature = good.rpartition(":")
    stranger = sign(["note.html#card", ["note"], "b", {}, {}]).rpartition(":")
    forged = [
        *("", ":", "::", "x", "\0", "é", "a" * 10_000, content, f"{content}:", f":{signature}"),
        *(good[:-1], good + "A", good.swapcase(), f"{good}:{signature}", " " + good, good + "\n"),
        *(f"{stranger[0]}:{signature}", f"{content}:{stranger[2]}", f".{good}", good.replace(":", "%3A")),
        sign(["card.html#card", ["user"], "b", {}, {}], salt="mizan_htmx"),
        signing.Signer(salt=SALT, key="guessed").sign_object(["card.html#card", ["user"], "b"]),
        signing.dumps(["card.html#card", ["user"], "b", {}, {}], salt=SALT),
    ]
    for token in forged:
        assert (token, refresh(visitor, path, {**query, "block": token})) == (token, NOT_FOUND)
    assert refresh(visitor, path, {"user_id": "5"}) == NOT_FOUND


def test_a_token_is_good_for_its_own_context_only(visitor: Visitor) -> None:
    _, query = block_url(visitor)
    for context in ("note", "unknown", "User", "__class__", "*"):
        assert refresh(visitor, f"{MOUNT}partial/{context}/", query) == NOT_FOUND


def test_a_token_is_good_for_its_own_template_only(visitor: Visitor) -> None:
    card, note = block_url(visitor), block_url(visitor, "/note/")
    assert refresh(visitor, note[0], {**note[1], "block": card[1]["block"]}) == NOT_FOUND
    assert refresh(visitor, card[0], {**card[1], "block": note[1]["block"]}) == NOT_FOUND
    plain = refresh(visitor, *card)
    for name in ("template", "partial", "template_name", "name", "contexts"):
        assert refresh(visitor, card[0], {**card[1], name: "note.html#card"}) == plain


def test_parameters_that_do_not_fit_are_404(visitor: Visitor) -> None:
    path, query = block_url(visitor)
    own = {"block": query["block"]}
    assert refresh(visitor, path, own) == NOT_FOUND
    for value in ("x", "", "5.5", "\u0665", "1e9999", "9" * 5000, "5\0", "<script>", "null"):
        assert refresh(visitor, path, {**own, "user_id": value}) == NOT_FOUND


def test_what_is_signed_is_not_changed_by_a_parameter_of_its_name(visitor: Visitor) -> None:
    path, query = block_url(visitor)
    plain = refresh(visitor, path, query)
    for extra in ("compact", "tag", "class", "id", "swap", "with", "user_name", "__proto__", "a" * 50_000):
        assert refresh(visitor, path, {**query, extra: ""}) == plain


def test_of_a_repeated_parameter_the_last_counts_for_data_and_url_alike(visitor: Visitor) -> None:
    path, query = block_url(visitor)
    twice = urlencode([("user_id", "6"), *query.items(), ("user_id", "7")])
    status, body = refresh(visitor, path, twice)
    assert (status, "<b>user 7</b>" in body, 'data-mizan="user;user_id=7"' in body) == (200, True, True)
    assert "6" not in re.sub(r'block=[^&"]*|id="mizan-[^"]*"', "", body)
    assert refresh(visitor, path, urlencode([*query.items(), ("block", "x")])) == NOT_FOUND


@pytest.mark.parametrize(
    "partial",
    [
        *("../secret.html", "../secret.html#card", "x/../../secret.html", "..\\secret.html", "..", "../"),
        *("/etc/passwd", "/etc/passwd#x", "file:///etc/passwd", "card.html/../../secret.html", "a\0.html"),
        *("%2e%2e/secret.html", "card.html#../../secret.html", "card.html#no", "no.html#card"),
    ],
)
def test_not_even_a_well_signed_token_leaves_the_templates(visitor: Visitor, partial: str) -> None:
    """Whoever signs in this site's name still reads nothing but its templates."""
    token = sign([partial, ["user"], "b", {}, {}])
    assert refresh(visitor, f"{MOUNT}partial/user/", {"block": token, "user_id": "5"}) == NOT_FOUND


@pytest.mark.parametrize(
    "content",
    [
        *(
            None,
            5,
            "text",
            [],
            {},
            ["card.html#card"],
            list(range(7)),
            {str(each): each for each in range(7)},
        ),
        *([name, ["user"], "b", {}, {}] for name in (5, None, ["card.html#card"])),
        ["card.html#card", 5, "b", {}, {}],
        ["card.html#card", [], "b", {}, {}],
        ["card.html#card", ["unknown"], "b", {}, {}],
        ["card.html#card", [["user"]], "b", {}, {}],
        ["card.html#card", ["user"], "b", {"tag": "script"}, {}],
        ["card.html#card", ["user"], "b", {"tag": 5}, {}],
        ["card.html#card", ["user"], "b", {"swap": "innerHTML"}, {}],
        ["card.html#card", ["user"], "b", {"poll": -1}, {}],
        ["card.html#card", ["user"], "b", {"poll": 86_401}, {}],
        ["card.html#card", ["user"], "b", {"lazy": True}, {}],
        ["card.html#card", ["user"], "b", [], {}],
        ["card.html#card", ["user"], "b", {}, 5],
        # As an earlier release signed them.
        ["card.html#card", ["user"], "b", "div", "", "outerHTML", {}],
    ],
    ids=lambda content: repr(content)[:60],
)
def test_a_token_of_another_shape_is_404(visitor: Visitor, content: object) -> None:
    """A token that an older or newer release of this site signed may have another shape."""
    query = {"block": sign(content), "user_id": "5"}
    assert refresh(visitor, f"{MOUNT}partial/user/", query) == NOT_FOUND


def test_whose_data_is_shown_is_asked_at_every_refresh(visitor: Visitor) -> None:
    owner = Visitor(type(visitor.client))
    owner.login(User.objects.create_user("ada"))
    path, query = block_url(owner, "/note/")
    assert "secret" in refresh(owner, path, query)[1]
    status, body = refresh(visitor, path, query)
    assert (status, "secret" in body) == (200, False)
    assert re.fullmatch(r"<div [^>]*></div>", body)


def test_the_page_around_is_no_more_visible_than_at_the_refresh(visitor: Visitor) -> None:
    visitor.login(User.objects.create_user("ada"))
    assert "of the page" not in visitor.get("/note/").content.decode()


def test_a_value_writes_no_markup(visitor: Visitor) -> None:
    attack = "\"'><script>alert(1)</script>{{ user_name }}{% load x %}"
    path, query = block_url(visitor, "/page/?" + urlencode({"l": attack}))
    for body in (
        visitor.get("/page/?" + urlencode({"l": attack})).content.decode(),
        refresh(visitor, path, query)[1],
    ):
        assert ("<script>" in body, "&lt;script&gt;" in body, "{{ user_name }}" in body) == (
            False,
            True,
            True,
        )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_block_is_only_read(visitor: Visitor, method: str) -> None:
    path, query = block_url(visitor)
    response = visitor.send(method, f"{path}?{urlencode(query)}")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert (HEADER in response.headers, response.content) == (False, b"")

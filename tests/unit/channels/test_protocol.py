"""Frames, read and written without a socket; and what a socket answers to those that can't be read."""

import doctest
import json
import logging
from typing import Any

import pytest
from pytest_django import Settings

from mizan_htmx.channels import protocol, register
from mizan_htmx.errors import BadRequest, Forbidden, TooLarge
from tests.helpers.sockets import ROOM, ChatChannel, Tab, person

pytestmark = pytest.mark.usefixtures("registry")


MALFORMED = {"error": "Malformed frame", "code": "BAD_REQUEST"}


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(protocol).failed == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "5",
        "{'action': 1}",
        '{"id": NaN}',
        '{"id": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": "\ud800"}',
        '{"a":' * 3000 + "1" + "}" * 3000,
        None,
    ],
)
def test_what_is_no_json_object_is_malformed(text: str | None) -> None:
    with pytest.raises(BadRequest, match=r"^Malformed frame$"):
        protocol.read(text)


def test_a_frame_is_measured_in_bytes() -> None:
    frame = '{"a": "' + "ü" * ((protocol.MAX_BYTES - 9) // 2)
    assert protocol.read(frame + 'e"}').action is None
    with pytest.raises(TooLarge, match=r"^Frame too large$"):
        protocol.read(frame + 'ee"}')


@pytest.mark.parametrize("given", ["1", "", "ü", 5, 0])
def test_an_id_is_text_or_a_whole_number(given: object) -> None:
    assert protocol.read(json.dumps({"id": given})).id == given


@pytest.mark.parametrize("given", [None, True, 1.5, [], {}])
def test_anything_else_is_no_id(given: object) -> None:
    assert protocol.read(json.dumps({"id": given})).id is None


def test_an_acknowledgement_is_for_those_who_wait_for_it() -> None:
    assert protocol.acknowledgement(protocol.read("{}")) is None
    assert protocol.acknowledgement(protocol.read('{"id": 5}'), data=1) == '{"id": 5, "ok": true, "data": 1}'


def test_a_result_is_put_in_as_it_was_written() -> None:
    frame = protocol.read('{"id": "a\\"b"}')
    written = protocol.result(frame, '{"a":"ü"}'.encode(), version=None)
    assert written == '{"id": "a\\"b", "ok": true, "data": {"a":"ü"}}'
    newer = protocol.result(frame, b"7", version="0badcafe.7")
    assert newer == '{"id": "a\\"b", "ok": true, "data": 7, "version": "0badcafe.7"}'


def test_details_that_are_no_json_are_not_sent() -> None:
    frame = protocol.read('{"action": "rpc", "id": 1}')
    assert json.loads(protocol.refusal(frame, Forbidden("No.", details={"why": {object()}}))) == {
        "id": 1,
        "ok": False,
        "error": {"code": "INTERNAL_ERROR", "message": "Something went wrong.", "status": 500},
    }


class TestOverTheSocket:
    """A frame that is refused is answered once, and the socket lives on."""

    @pytest.mark.parametrize("text", ["{", "[]", "null", "NaN", '{"a":' * 3000])
    async def test_a_malformed_frame(self, text: str) -> None:
        async with Tab() as tab:
            assert await tab.say(text) == MALFORMED
            assert await tab.say(text) == MALFORMED

    async def test_a_binary_frame(self) -> None:
        async with Tab() as tab:
            await tab.communicator.send_to(bytes_data=b'{"action": "ctx"}')
            assert await tab.receive() == MALFORMED

    async def test_a_large_frame(self) -> None:
        async with Tab() as tab:
            await tab.send(action="message", data="x" * protocol.MAX_BYTES)
            assert await tab.closing() == 1009

    @pytest.mark.parametrize("action", [None, "dance", 5, [], {"a": 1}, True, "subscribe "])
    async def test_an_unknown_action(self, settings: Settings, action: Any) -> None:
        async with Tab() as tab:
            unknown = {"id": 1, "error": "Unknown action", "code": "BAD_REQUEST"}
            assert await tab.ask(action=action, id=1) == unknown
            settings.DEBUG = True
            assert await tab.ask(action=action, id=1) == {**unknown, "error": f"Unknown action {action!r}"}

    @pytest.mark.parametrize("action", ["subscribe", "unsubscribe", "message"])
    @pytest.mark.parametrize("channel", ["chta", None, 5, [], {"a": 1}])
    async def test_an_unknown_channel(self, settings: Settings, action: str, channel: Any) -> None:
        about = {"channel": channel, "params": {"room": "a"}} if isinstance(channel, str) else {}
        unknown = {"error": "Unknown channel", "code": "NOT_FOUND", **about}
        async with Tab() as tab:
            asked = {"action": action, "channel": channel, "params": {"room": "a"}}
            assert await tab.ask(**asked) == unknown
            settings.DEBUG = True
            assert await tab.ask(**asked) == {**unknown, "error": f"Unknown channel {channel!r}"}

    @pytest.mark.parametrize(
        ("params", "fields"),
        [
            ({}, {"room": ["Field required"]}),
            ({"room": 5}, {"room": ["Input should be a valid string"]}),
            ([], {"params": ["Must be an object."]}),
            ("room", {"params": ["Must be an object."]}),
            (None, {"params": ["Must be an object."]}),
        ],
    )
    async def test_wrong_params(self, params: Any, fields: dict[str, list[str]]) -> None:
        register(ChatChannel)
        async with Tab(user=person()) as tab:
            assert await tab.ask(action="subscribe", channel="chat", params=params) == {
                "error": "Invalid params",
                "code": "VALIDATION_ERROR",
                "details": {"fields": fields},
                "channel": "chat",
                "params": params if isinstance(params, dict) else {},
            }

    @pytest.mark.parametrize(
        ("partial", "wrong"), [(5, "Must be text."), ("board.html#line", "Not signed by this site.")]
    )
    async def test_a_partial_that_nobody_signed(self, partial: Any, wrong: str) -> None:
        register(ChatChannel)
        async with Tab(user=person()) as tab:
            assert await tab.ask(action="subscribe", **ROOM, partial=partial) == {
                "error": "Invalid params",
                "code": "VALIDATION_ERROR",
                "details": {"fields": {"partial": [wrong]}},
                **ROOM,
                **({"partial": partial} if isinstance(partial, str) else {}),
            }

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ({}, "Invalid message"),
            ({"data": {}}, "Invalid message"),
            ({"data": {"text": ""}}, "Invalid message"),
            ({"data": []}, "Invalid message"),
            ({"data": None}, "Invalid message"),
        ],
    )
    async def test_a_wrong_message(self, content: dict[str, Any], text: str) -> None:
        register(ChatChannel)
        async with Tab(user=person()) as tab:
            await tab.ask(action="subscribe", **ROOM)
            answer = await tab.ask(action="message", **ROOM, **content)
        assert (answer["error"], answer["code"]) == ("Invalid message", "VALIDATION_ERROR")

    async def test_the_first_frames_after_an_error_of_ours_are_answered(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken(ChatChannel):
            def group(self, params: Any) -> Any:
                return None

        register(Broken, "chat")
        async with Tab(user=person()) as tab:
            with caplog.at_level(logging.ERROR):
                answer = await tab.ask(action="subscribe", id="7", **ROOM)
            assert answer == {"id": "7", "error": "Something went wrong.", "code": "INTERNAL_ERROR", **ROOM}
            assert "must return a str, not None" in caplog.text
            assert await tab.say("[]") == MALFORMED

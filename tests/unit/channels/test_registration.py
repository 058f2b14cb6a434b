"""How channels get their names, and which classes can't be registered."""

import re
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from mizan_htmx.channels import Channel, get_channel, get_registered_channels, register
from mizan_htmx.channels.registration import adopt, default_name
from mizan_htmx.errors import DeclarationError
from tests.helpers.sockets import ChatChannel

pytestmark = pytest.mark.usefixtures("registry")

MINE = f"{__name__}.subclass.<locals>"


def subclass(name: str = "OtherChannel", **contents: Any) -> type[Channel]:
    """Make a channel class of this name."""

    class Other(ChatChannel):
        pass

    Other.__name__ = name
    Other.__qualname__ = f"subclass.<locals>.{name}"
    for attribute, value in contents.items():
        setattr(Other, attribute, value)
    return Other


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ChatChannel", "chat"),
        ("TeamChatChannel", "team_chat"),
        ("HTTPLogChannel", "http_log"),
        ("Area51Channel", "area51"),
        ("Board2Cards", "board2_cards"),
        ("Rooms", "rooms"),
        ("Channel", "channel"),
    ],
)
def test_a_name_is_made_of_the_class(name: str, expected: str) -> None:
    assert default_name(subclass(name)) == expected


def test_a_registered_channel_is_found_by_its_name() -> None:
    register(ChatChannel)
    register(ChatChannel, "chat")
    other = subclass()
    register(other, "rooms.of-fun")
    assert get_channel("chat") is ChatChannel
    assert get_channel("nobody") is None
    assert get_registered_channels() == {"chat": ChatChannel, "rooms.of-fun": other}


def test_who_asks_for_all_channels_can_not_change_them() -> None:
    get_registered_channels()["chat"] = ChatChannel
    assert get_registered_channels() == {}


@pytest.mark.parametrize("name", ["", "two words", "5", "ü", "a;b"])
def test_a_bad_name_is_refused(name: str) -> None:
    rule = "Use a letter or '_', then letters, digits, '_', '-' or '.'."
    text = f"tests.helpers.sockets.ChatChannel can't be registered as {name!r}. {rule}"
    with pytest.raises(DeclarationError, match=re.escape(text)):
        register(ChatChannel, name)


def test_two_channels_of_one_name_are_both_named() -> None:
    register(ChatChannel)
    text = (
        f"Two channels are called 'chat': tests.helpers.sockets.ChatChannel and {MINE}.OtherChannel."
        " Rename one, or register it under another name: register(OtherChannel, 'chat_2')."
    )
    with pytest.raises(DeclarationError, match=re.escape(text)):
        register(subclass(), "chat")
    assert get_channel("chat") is ChatChannel


@pytest.mark.parametrize("value", [Channel, object, "chat", ChatChannel()])
def test_what_is_no_channel_is_refused(value: Any) -> None:
    text = f"{value!r} can't be registered: it is not a subclass of Channel."
    with pytest.raises(DeclarationError, match=re.escape(text)):
        register(value, "chat")


def test_what_a_channel_does_not_say_is_named() -> None:
    class Silent(Channel):
        pass

    where = f"{__name__}.test_what_a_channel_does_not_say_is_named.<locals>.Silent"
    with pytest.raises(
        DeclarationError, match=re.escape(f"{where} does not define authorize() and group().")
    ):
        register(Silent)  # type: ignore[type-abstract]


@pytest.mark.parametrize("name", ["Params", "DjangoMessage", "ReactMessage"])
def test_what_must_be_a_model_is_checked(name: str) -> None:
    text = (
        f"{MINE}.OtherChannel.{name} must be a pydantic model, as in 'class {name}(BaseModel)',"
        " not <class 'int'>."
    )
    with pytest.raises(DeclarationError, match=re.escape(text)):
        register(subclass("OtherChannel", **{name: int}))


def test_no_parameter_takes_the_place_of_the_message() -> None:
    class Params(BaseModel):
        message: str

    text = (
        f"{MINE}.OtherChannel.Params can't have a field 'message': push() takes the message under that name."
    )
    with pytest.raises(DeclarationError, match=re.escape(text)):
        register(subclass(Params=Params))


def test_channels_that_stand_in_a_module_are_registered() -> None:
    class Half(Channel):
        pass

    module, other = ModuleType("mizan_clients"), subclass("TeamChatChannel")
    vars(module).update(Channel=Channel, Half=Half, Chat=ChatChannel, Team=other, again=other, number=5)
    adopt(module)
    adopt(module)
    assert get_registered_channels() == {"chat": ChatChannel, "team_chat": other}


def test_one_that_registered_itself_keeps_its_name() -> None:
    module = ModuleType("mizan_clients")
    vars(module).update(Chat=ChatChannel)
    register(ChatChannel, "talk")
    adopt(module)
    assert get_registered_channels() == {"talk": ChatChannel}

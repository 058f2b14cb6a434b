"""What fills a function's arguments: JSON, form fields and files, the query and the URL."""

import datetime
import enum
import uuid
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory
from pydantic import BaseModel, Json
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.declarations.signature import describe
from mizan_htmx.errors import BadRequest, DeclarationError, TooLarge
from mizan_htmx.http.arguments import Arguments, read_call, read_view
from tests.helpers.visitor import (
    BOUNDARY,
    CALL,
    HEADER,
    SyncOrAsync,
    Visitor,
    answer,
    misfit,
    multipart,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

JSON = "application/json"
if TYPE_CHECKING:
    Upload = UploadedFile[Any]
else:
    Upload = UploadedFile
NO_INT = "Enter a whole number."


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"


class Size(BaseModel):
    """A model as an argument."""

    width: int


class Everything(BaseModel):
    """What ``everything`` was called with."""

    flag: bool
    number: int | None
    text: str
    maybe: str | None
    many: list[int]
    page: int


def everything(
    request: HttpRequest,
    flag: bool,
    number: int | None,
    text: str,
    maybe: str | None,
    many: list[int],
    page: int = 1,
) -> Everything:
    """Give all arguments back."""
    return Everything(flag=flag, number=number, text=text, maybe=maybe, many=many, page=page)


def test_a_form_fills_lists_boxes_and_blanks(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    register(client(sync_or_async(everything)))
    filled = visitor.form(CALL, "fn=everything&flag=on&number=7&text=a&maybe=b&many=1&many=02&page=3")
    assert answer(filled)[1]["result"] == {
        **{"flag": True, "number": 7, "text": "a", "maybe": "b"},
        **{"many": [1, 2], "page": 3},
    }
    blank = visitor.form(CALL, "fn=everything&number=&text=&maybe=&many=1")
    assert answer(blank)[1]["result"] == {
        **{"flag": False, "number": None, "text": "", "maybe": ""},
        **{"many": [1], "page": 1},
    }


def test_json_fills_as_it_is_written(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    register(client(sync_or_async(everything)))
    args = {"flag": True, "number": None, "text": "a", "maybe": None, "many": [1, "2"]}
    expected = {**args, "many": [1, 2], "page": 1}
    assert answer(visitor.call("everything", **args)) == (200, {"result": expected})


def test_a_box_that_is_missing_is_false_in_a_form_where_it_has_no_default(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def tick(request: HttpRequest, flag: bool) -> bool:
        return flag

    def kept(request: HttpRequest, flag: bool = True) -> bool:
        return flag

    register(client(sync_or_async(tick)))
    register(client(sync_or_async(kept)))
    assert answer(visitor.form(CALL, "fn=kept")) == (200, {"result": True})
    assert answer(visitor.call("tick")) == misfit(flag=["This field is required."])
    assert answer(visitor.form(CALL, "fn=tick")) == (200, {"result": False})
    assert answer(visitor.form(CALL, "fn=tick&flag=on")) == (200, {"result": True})


UNTICKED = {
    "flag: bool = True": (bool, True, False),
    "flag: bool": (bool, ..., False),
    "flag: bool | None = True": (bool | None, True, False),
    "flag: bool | None = None": (bool | None, None, False),
    "flag: Annotated[bool] = True": (Annotated[bool, "news"], True, False),
    "flag: list[str] = all": (list[str], ["all"], []),
    "flag: list[int]": (list[int], ..., []),
    "flag: set[int] | None = None": (set[int] | None, None, []),
    "flag: str = on": (str, "on", "on"),
    "flag: Literal[yes] | None = yes": (Literal["yes"] | None, "yes", "yes"),
}


@pytest.mark.parametrize("name", UNTICKED)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("fn=kept&other=1", "application/x-www-form-urlencoded"),
        (multipart(("fn", "kept"), ("other", "1")), BOUNDARY),
        ('{"fn": "kept", "args": {}}', JSON),
    ],
    ids=["form", "multipart", "json"],
)
def test_a_box_that_is_not_ticked_is_false_whatever_its_default(
    visitor: Visitor,
    sync_or_async: SyncOrAsync,
    settings: Settings,
    name: str,
    body: str | bytes,
    content_type: str,
) -> None:
    """Without the header it could not be unticked: a form says nothing about such a box."""
    annotation, default, expected = UNTICKED[name]

    def kept(request: HttpRequest, flag: Any) -> Any:
        return flag

    def view(request: HttpRequest, flag: Any) -> HttpResponse:
        return JsonResponse(list(flag) if isinstance(flag, set) else flag, safe=False)

    for func in (kept, view):
        func.__annotations__["flag"] = annotation
        func.__defaults__ = None if default is ... else (default,)
    register(client(sync_or_async(kept)))
    methods = ["POST", "PUT", "PATCH", "DELETE"]
    serve(settings, {"view/": client(methods=methods)(sync_or_async(view))})
    headers = {"X-Mizan-Unticked": "some%2Cother,flag"}

    def sent(method: str, url: str, **options: Any) -> Any:
        return answer(visitor.send(method, url, body, content_type=content_type, **options))

    assert sent("POST", CALL, headers=headers) == (200, {"result": expected})
    for method in methods:
        assert sent(method, "/view/", headers=headers) == (200, expected)
    if default is not ...:
        without = [*default] if isinstance(default, list) else default
        assert sent("POST", CALL) == (200, {"result": without})
        assert sent("POST", CALL, headers={"X-Mizan-Unticked": "flags"}) == (200, {"result": without})


def test_what_a_form_says_of_a_box_wins_over_the_header_and_that_over_the_query(
    visitor: Visitor, settings: Settings
) -> None:
    def view(request: HttpRequest, flag: bool = True, many: list[int] | None = None) -> HttpResponse:
        return JsonResponse([flag, many], safe=False)

    shown = client(methods=["GET", "POST"])(view)
    serve(settings, {"view/": shown, "view/<str:flag>/": shown})
    header = {"X_Mizan_Unticked": "flag,many"}
    assert answer(visitor.form("/view/", "flag=on&many=3", **header))[1] == [True, [3]]
    assert answer(visitor.form("/view/?flag=on&many=3", "", **header))[1] == [False, []]
    assert answer(visitor.form("/view/on/", "", **header))[1] == [True, []]
    assert answer(visitor.get("/view/", **header))[1] == [True, None]


def test_a_header_of_boxes_has_a_bound(visitor: Visitor, settings: Settings) -> None:
    def kept(request: HttpRequest, flag: bool = True) -> bool:
        return flag

    register(client(kept))
    names = "flag," + "x" * 4091
    assert answer(visitor.form(CALL, "fn=kept", X_Mizan_Unticked=names)) == (200, {"result": False})
    status, content = answer(visitor.form(CALL, "fn=kept", X_Mizan_Unticked=names + "x"))
    assert (status, content["code"]) == (400, "BAD_REQUEST")
    assert answer(visitor.form(CALL, "fn=kept", X_Mizan_Unticked="%FF%,,\x00,=")) == (200, {"result": True})


EMPTY: dict[str, tuple[Any, object]] = {
    "list[int] | None": (list[int] | None, None),
    "set[int] | None": (set[int] | None, None),
    "tuple[int, ...] | None": (tuple[int, ...] | None, None),
    "Annotated[list[int], …] | None": (Annotated[list[int], "ids"] | None, None),
    "Annotated[list[int] | None]": (Annotated[list[int] | None, "ids"], None),
    "Sequence[int] | None": (Sequence[int] | None, None),
    "deque[int] | None": (deque[int] | None, None),
    "list[str] | None": (list[str] | None, [""]),
    "list[Any] | None": (list[Any] | None, [""]),
    "list | None": (list | None, [""]),
    "list[int | str] | None": (list[int | str] | None, [""]),
    "Json[list[int]] | None": (Json[list[int]] | None, None),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_field_is_none_for_a_list_that_holds_no_text(
    visitor: Visitor, sync_or_async: SyncOrAsync, name: str
) -> None:
    annotation, expected = EMPTY[name]

    def pick(request: HttpRequest, ids: Any) -> Any:
        return None if ids is None else [*ids]  # pydantic 2.11 writes a deque only where a type says so

    pick.__annotations__["ids"] = annotation
    register(client(sync_or_async(pick)))
    assert answer(visitor.form(CALL, "fn=pick&ids=")) == (200, {"result": expected})
    one = "[1]" if "Json" in name else "1"
    given = answer(visitor.form(CALL, f"fn=pick&ids={one}"))[1]["result"]
    assert [*map(str, given)] == ["1"]
    if "Json" not in name:
        given = answer(visitor.form(CALL, "fn=pick&ids=1&ids=2"))[1]["result"]
        assert sorted(map(str, given)) == ["1", "2"]


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (Json[list[int]], "[1, 2]", [1, 2]),
        (Json[list[Any]], "[1, 2]", [1, 2]),
        (Json, '{"a": [1]}', {"a": [1]}),
        (Json[dict[str, int]] | None, '{"a": 1}', {"a": 1}),
        (Annotated[Json[list[int]], "ids"], "[1]", [1]),
        (Json[bool], "true", True),
        (Json[Size], '{"width": 5}', {"width": 5}),
        (list[Json[int]], "5", [5]),
    ],
    ids=str,
)
def test_a_field_with_json_in_it_is_read_as_such(
    visitor: Visitor, sync_or_async: SyncOrAsync, annotation: Any, text: str, value: object
) -> None:
    def keep(request: HttpRequest, data: Any) -> Any:
        return data

    keep.__annotations__["data"] = annotation
    register(client(sync_or_async(keep)))
    assert answer(visitor.form(CALL, urlencode({"fn": "keep", "data": text}))) == (200, {"result": value})
    body = multipart(("fn", "keep"), ("data", text))
    assert answer(visitor.send("POST", CALL, body, content_type=BOUNDARY)) == (200, {"result": value})
    assert answer(visitor.form(CALL, "fn=keep&data=["))[0] == 422


def test_json_in_a_field_is_no_parameter_of_a_context() -> None:
    def keep(request: HttpRequest, data: Json[int]) -> int:
        return data

    with pytest.raises(DeclarationError, match="Parameters of a context are scalars"):
        client(context="data")(keep)


def test_a_blank_number_that_is_required_does_not_fit(visitor: Visitor) -> None:
    def count(request: HttpRequest, number: int) -> int:
        return number

    register(client(count))
    assert answer(visitor.form(CALL, "fn=count&number=")) == misfit(number=[NO_INT])


def test_a_multipart_form_brings_files_as_arguments(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def store(request: HttpRequest, title: str, doc: Upload, more: list[Upload]) -> list[Any]:
        return [title, doc.name, doc.read().decode(), [each.name for each in more]]

    register(client(sync_or_async(store)))
    body = multipart(
        *(("fn", "store"), ("title", "T"), ('doc"; filename="../../a.txt', "content")),
        *(('more"; filename="b.txt', "b"), ('more"; filename="c.txt', "c")),
    )
    response = visitor.send("POST", CALL, body, content_type=BOUNDARY)
    assert answer(response) == (200, {"result": ["T", "a.txt", "content", ["b.txt", "c.txt"]]})


def test_text_is_no_file_and_a_file_no_text(visitor: Visitor) -> None:
    def store(request: HttpRequest, doc: Upload) -> str:
        return str(doc.name)

    def note(request: HttpRequest, text: str) -> str:
        return text

    register(client(store))
    register(client(note))
    no_file = visitor.send("POST", CALL, multipart(("fn", "store"), ("doc", "x")), content_type=BOUNDARY)
    assert answer(no_file) == misfit(doc=["No file was submitted."])
    body = multipart(("fn", "note"), ('text"; filename="a', "x"))
    no_text = visitor.send("POST", CALL, body, content_type=BOUNDARY)
    assert answer(no_text) == misfit(text=["Enter a valid value."])


def test_a_file_does_not_name_the_function(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def one(request: HttpRequest) -> int:
        return 1

    register(client(sync_or_async(one)))
    response = visitor.send("POST", CALL, multipart(('fn"; filename="fn', "one")), content_type=BOUNDARY)
    assert answer(response)[0] == 400


@pytest.mark.parametrize(
    ("annotation", "raw", "header"),
    [
        (int, " 05 ", "5"),
        (int, "5.0", "5"),
        (bool, "on", "true"),
        (bool, "0", "false"),
        (float, "5.50", "5.5"),
        (float, "-0.0", "0"),
        (Decimal, "5.10", "5.1"),
        (Decimal, "1e3", "1000"),
        (uuid.UUID, "{0000AAAA-0000-0000-0000-000000000000}", "0000aaaa-0000-0000-0000-000000000000"),
        (datetime.date, "2026-01-31", "2026-01-31"),
        (datetime.datetime, "2026-01-31T12:00:00+02:00", "2026-01-31T10%3A00%3A00%2B00%3A00"),
        (Colour, "red", "red"),
        (Literal["a b", "c"], "a b", "a%20b"),
        (str, "é\r\n;,%=\0", "%C3%A9%0D%0A%3B%2C%25%3D%00"),
        (int | None, "", None),
    ],
)
def test_what_scopes_an_invalidation_is_the_validated_value(
    visitor: Visitor, sync_or_async: SyncOrAsync, annotation: Any, raw: str, header: str | None
) -> None:
    def read(request: HttpRequest, key: Any) -> int:
        return 0

    def change(request: HttpRequest, key: Any) -> None:
        return None

    for func, options in ((read, {"context": "thing"}), (change, {"affects": "thing"})):
        func.__annotations__["key"] = annotation
        declare: Any = client
        register(declare(**options)(sync_or_async(func)))
    response = visitor.send("POST", CALL, multipart(("fn", "change"), ("key", raw)), content_type=BOUNDARY)
    expected = "thing" if header is None else f"thing;key={header}"
    assert (response.status_code, response.headers[HEADER]) == (200, expected)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("a=body&many=1&many=2", "application/x-www-form-urlencoded"),
        (multipart(("a", "body"), ("many", "1"), ("many", "2")), BOUNDARY),
        ('{"a": "body", "many": [1, 2]}', JSON),
    ],
    ids=["form", "multipart", "json"],
)
def test_a_view_takes_any_body_of_any_method(
    visitor: Visitor,
    sync_or_async: SyncOrAsync,
    settings: Settings,
    method: str,
    body: str | bytes,
    content_type: str,
) -> None:
    def view(request: HttpRequest, a: str, many: list[int], b: str = "") -> HttpResponse:
        return JsonResponse([a, many, b], safe=False)

    serve(settings, {"view/": client(methods=["POST", "PUT", "PATCH", "DELETE"])(sync_or_async(view))})
    response = visitor.send(method, "/view/?a=query&b=query", body, content_type=content_type)
    assert answer(response) == (200, ["body", [1, 2], "query"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
def test_a_view_takes_files_of_any_method(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, method: str
) -> None:
    def view(request: HttpRequest, doc: Upload) -> HttpResponse:
        return HttpResponse(doc.read())

    serve(settings, {"view/": client(methods=["PUT", "PATCH", "POST"])(sync_or_async(view))})
    body = multipart(('doc"; filename="a.txt', "content"))
    assert visitor.send(method, "/view/", body, content_type=BOUNDARY).content == b"content"


def test_a_delete_without_a_body_takes_the_query(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def view(request: HttpRequest, card_id: int) -> HttpResponse:
        return HttpResponse(str(card_id))

    serve(settings, {"view/": client(methods=["delete"])(sync_or_async(view))})
    assert visitor.send("DELETE", "/view/?card_id=05", content_type="").content == b"5"


def test_the_url_wins_over_the_body_and_the_body_over_the_query() -> None:
    request = RequestFactory().post("/?a=query&b=query&c=query", {"a": "body", "b": "body"})
    arguments = read_view(request, {"a": "address"})
    wanted = [describe(name, str) for name in "abcd"]
    assert arguments.collect(wanted) == {"a": "address", "b": "body", "c": "query"}


def test_what_nobody_declared_stays_where_it_is() -> None:
    arguments = Arguments(({"a": 1, "is_staff": True, "__proto__": {}, "__class__": 1},))
    assert arguments.collect([describe("a", int)]) == {"a": 1}


def test_the_query_does_not_name_the_function() -> None:
    request = RequestFactory().post("/?fn=delete_all", b'{"args": {}}', content_type=JSON)
    with pytest.raises(BadRequest, match=r"^'fn' must name the function to call\.$"):
        read_call(request)


def test_the_query_gives_a_call_no_arguments(visitor: Visitor) -> None:
    def count(request: HttpRequest, number: int = 1) -> int:
        return number

    register(client(count))
    assert answer(visitor.form(f"{CALL}?number=5", "fn=count")) == (200, {"result": 1})


@pytest.mark.parametrize("content_type", [JSON, "application/x-www-form-urlencoded"])
def test_a_body_of_just_the_limit_is_read_and_one_byte_more_is_too_large(
    settings: Settings, content_type: str
) -> None:
    body = b'{"fn": "f"}' if content_type == JSON else b"fn=f&text=1"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(body)
    assert read_call(RequestFactory().post("/", body, content_type=content_type))[0] == "f"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE -= 1
    with pytest.raises(TooLarge):
        read_call(RequestFactory().post("/", body, content_type=content_type))


def test_a_nested_model_drops_what_it_does_not_know(visitor: Visitor) -> None:
    def resize(request: HttpRequest, size: Size) -> dict[str, Any]:
        return size.model_dump()

    register(client(resize))
    response = visitor.call("resize", size={"width": "5", "is_staff": True, "__proto__": {"a": 1}})
    assert answer(response) == (200, {"result": {"width": 5}})


@pytest.mark.parametrize("annotation", [Decimal, Decimal | None, Annotated[Decimal, "price"], Decimal | str])
@pytest.mark.parametrize("text", ["1E+999999999999", "1E-999999999999", "0." + "1" * 5000])
def test_no_function_takes_a_number_that_nobody_can_write_out(
    visitor: Visitor, sync_or_async: SyncOrAsync, annotation: Any, text: str
) -> None:
    def keep(request: HttpRequest, price: Any) -> int:
        return 1

    keep.__annotations__["price"] = annotation
    register(client(sync_or_async(keep)))
    for response in (visitor.call("keep", price=text), visitor.form(CALL, f"fn=keep&price={quote(text)}")):
        status, content = answer(response)
        if annotation == Decimal | str:
            assert status == 200  # as a text
        else:
            assert content["details"]["fields"] == {
                "price": ["Ensure that there are no more than 4096 digits in total."]
            }
            assert status == 422

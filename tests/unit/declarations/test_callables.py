"""``@client`` on what is no function that takes a request: refused at once, with the way out."""

import functools
from collections.abc import Callable
from typing import Annotated, Any, NewType, Optional, Protocol, TypeVar, Union

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django_htmx.middleware import HtmxDetails
from pydantic import BaseModel

from mizan_htmx import client
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError

FUNCTION = (
    " @client declares functions only. Move the code into a function at the top level of a module,"
    " '@client(…) def name(request: HttpRequest, …)'"
)
VIEW = f"{FUNCTION}, and call that from the class."


def reader_of(cls: type) -> str:
    """Return how the refusal of a class-based view ends."""
    reader = f"client(context=…)(read_view({cls.__name__})), from mizan_htmx.generic."
    return f" What it shows can be read in blocks: {reader}" if issubclass(cls, View) else ""


Decorate = Callable[[Any], Any]
decorators = pytest.mark.parametrize(
    "decorate",
    [client, client(context="user"), client(affects="user", auth=True)],
    ids=["bare", "reads", "affects"],
)


class Page(View):
    """A class-based view."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer."""
        return HttpResponse(str(pk))

    @classmethod
    def made(cls, request: HttpRequest) -> int:
        """Make something."""
        return 1

    @staticmethod
    def plain(request: HttpRequest, number: int = 1) -> int:
        """Give a number."""
        return number


class FrameworkView:
    """Stands for a view of REST framework's."""

    @classmethod
    def as_view(cls) -> Any:
        """Do as REST framework does."""

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return HttpResponse()

        vars(view).update(cls=cls, initkwargs={})
        return csrf_exempt(view)


def plain(request: HttpRequest, number: int = 1) -> int:
    """Give a number."""
    return number


class Callable_:
    """An object that can be called."""

    def __call__(self, request: HttpRequest) -> int:
        """Answer."""
        return 1

    def __repr__(self) -> str:
        return "<callable>"


def refusal(func: Any, decorate: Decorate = client) -> str:
    """Give the whole message that declaring raises."""
    with pytest.raises(DeclarationError) as caught:
        decorate(func)
    return str(caught.value)


@decorators
def test_a_method(decorate: Decorate) -> None:
    assert refusal(Page.get, decorate) == f"{where(Page.get)} is a method of a class.{VIEW}"
    page = Page()
    assert refusal(page.get, decorate) == f"{where(Page.get)} is a method of {page!r}.{FUNCTION}."
    with pytest.raises(DeclarationError, match=r"is a method of a class\. @client declares functions"):

        class Late(View):
            @decorate
            def post(view, request: HttpRequest, pk: int) -> HttpResponse:
                return HttpResponse()


def test_a_method_of_a_class_that_stands_nowhere() -> None:
    def get(self, request: HttpRequest) -> int:  # type: ignore[no-untyped-def]
        return 1

    assert refusal(get) == f"{where(get)} is a method of a class.{VIEW}"


@decorators
def test_a_class(decorate: Decorate) -> None:
    assert refusal(Page, decorate) == f"{__name__}.Page is a class.{VIEW}{reader_of(Page)}"
    assert refusal(BaseModel, decorate) == f"pydantic.main.BaseModel is a class.{VIEW}"


@decorators
@pytest.mark.parametrize("cls", [Page, FrameworkView])
def test_the_view_of_a_class(decorate: Decorate, cls: Any) -> None:
    message = f"{__name__}.{cls.__name__}.as_view() is a class-based view.{VIEW}{reader_of(cls)}"
    assert refusal(cls.as_view(), decorate) == message
    assert refusal(csrf_exempt(cls.as_view()), decorate) == message


@decorators
def test_method_decorator(decorate: Decorate) -> None:
    message = f"@client can't decorate methods, so @method_decorator can't apply it.{VIEW}"
    assert refusal(Page, method_decorator(decorate, name="dispatch")) == message
    assert refusal(Page.get, method_decorator(decorate)) == message


@decorators
def test_functions_that_belong_to_a_class_in_another_way(decorate: Decorate) -> None:
    made = Page.__dict__["made"]
    assert refusal(made, decorate) == f"{where(made.__func__)} is a classmethod.{FUNCTION}."
    static = Page.__dict__["plain"]
    assert refusal(static, decorate) == f"{where(static.__func__)} is a staticmethod.{FUNCTION}."
    assert refusal(Page.made, decorate) == f"{where(Page.made)} is a method of {Page!r}.{FUNCTION}."


def test_a_static_method_may_be_declared_under_its_decorator() -> None:
    class Tools:
        @staticmethod
        @client
        def number(request: HttpRequest, number: int = 1) -> int:
            return number

        @staticmethod
        @client
        def other(request, number: int = 2) -> int:  # type: ignore[no-untyped-def]
            return number

    assert (Tools.number(HttpRequest()), Tools().other(HttpRequest())) == (1, 2)


def test_a_function_inside_of_a_method_is_none() -> None:
    class Case:
        def test(self) -> Any:
            @client
            def inner(request: HttpRequest) -> int:
                return 1

            return inner

    assert Case().test()(HttpRequest()) == 1


def test_what_is_no_function() -> None:
    bound = functools.partial(plain, number=2)
    assert refusal(bound) == (
        f"{bound!r} has no name or annotations of its own. Write a function with 'def' that calls it."
    )
    no_function = "is not a function. Write a function with 'def' that calls it."
    assert refusal(Callable_()) == f"<callable> {no_function}"
    for value in (5, ["user"], HtmxDetails(HttpRequest())):
        assert refusal(value) == f"{value!r} {no_function}"
    assert refusal("user") == (
        "@client('user'): options are keyword arguments. Write @client(context='user')."
    )
    anonymous = lambda request: 1  # noqa: E731
    assert refusal(anonymous) == (
        f"{where(anonymous)} is a lambda, which can't have type annotations. Write it with 'def'."
    )
    assert refusal(print).startswith(f"{where(print)} ")


def test_an_object_that_wraps_a_function_is_a_decorator_s() -> None:
    class Counting:
        def __init__(self, func: Callable[..., Any]) -> None:
            functools.update_wrapper(self, func)
            self.func = func

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return self.func(*args, **kwargs)

    assert client(Counting(plain))(HttpRequest()) == 1


class Asking(Protocol):
    """A Protocol."""

    user: Any


class Wrapped:
    """Stands for REST framework's request, which is none of Django's."""

    @property
    def POST(self) -> Any:
        """Do as Django's."""
        return {}


R = TypeVar("R", bound=HttpRequest)
N = TypeVar("N", bound=int)
Anything = TypeVar("Anything")
Mine = NewType("Mine", HttpRequest)


class HtmxRequest(HttpRequest):
    """A request as django-htmx's documentation types it."""

    htmx: HtmxDetails


FINE = [HttpRequest, WSGIRequest, ASGIRequest, HtmxRequest, Asking, Wrapped, R, Anything, Mine, Any, object]
FINE += [WSGIRequest | ASGIRequest, Union[HttpRequest, Asking], Optional[HttpRequest]]  # noqa: UP007, UP045
FINE += [Annotated[HttpRequest, "ours"], "HttpRequest", "Request", "WSGIRequest | Request", "no such thing"]


@pytest.mark.parametrize("annotation", FINE, ids=str)
def test_what_a_request_may_be(annotation: Any) -> None:
    def read(request: Any) -> int:
        return 1

    def asked(request: Any) -> bool:
        return True

    read.__annotations__["request"] = asked.__annotations__["request"] = annotation
    assert client(auth=asked)(read).mizan.parameters == {}


class Model(BaseModel):
    """A model."""

    POST: int = 1


NONE: list[Any] = [
    int,
    str,
    Model,
    list[int],
    dict[str, Any],
    bytes,
    None,
    int | None,
    HttpRequest | int,
    "int",
    N,
    View,
]
NONE += [HttpResponse, Annotated[int, "ours"], "HttpRequest | int", type[HttpRequest]]


@pytest.mark.parametrize("annotation", NONE, ids=str)
def test_what_no_request_can_be(annotation: Any) -> None:
    def read(user_id: Any, name: str = "") -> int:
        return 1

    read.__annotations__["user_id"] = annotation
    message = refusal(read)
    assert message.startswith(f"{where(read)}: its first argument must be the request, but 'user_id' is a ")
    assert message.endswith(" Write 'user_id: HttpRequest', or add a request before it.")
    with pytest.raises(DeclarationError) as caught:
        client(auth=read)(plain)
    assert str(caught.value) == f"{where(plain)}: its auth {message}"


class Asked:
    """Something to call, and its class, too."""

    def __init__(self, user: "Model") -> None:
        """Take no request."""

    def __call__(self, user: "Model") -> bool:
        """Take none, either."""
        return True


@pytest.mark.parametrize(
    "auth", [Asked, Asked(Model()), Asked(Model()).__call__, functools.partial(Asked(Model()))]
)
def test_types_that_are_text_are_found_wherever_auth_is_written(auth: Any) -> None:
    with pytest.raises(DeclarationError) as caught:
        client(auth=auth)(plain)
    message = "its first argument must be the request, but 'user' is a Model."
    assert str(caught.value).startswith(f"{where(plain)}: its auth {where(auth)}: {message}")


def test_an_auth_that_does_not_say_what_it_takes() -> None:
    with pytest.raises(DeclarationError) as caught:
        client(auth=max)(plain)  # has several signatures
    assert str(caught.value).startswith(f"{max!r} has no signature: ")

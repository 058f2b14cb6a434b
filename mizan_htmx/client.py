"""The ``@client`` decorator: declare what a function reads or affects, who may call it and how."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import wraps
from typing import Any, Literal, ParamSpec, Protocol, TypeVar, cast, overload

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.declarations.builder import declare
from mizan_htmx.declarations.functions import Context, Function, GlobalContext
from mizan_htmx.http.page_views import aserve, serve
from mizan_htmx.setup.registry import registry

__all__ = ["ClientFunction", "Context", "GlobalContext", "client"]

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class ClientFunction(Protocol[P, R]):
    """What ``@client`` returns: a function, with ``.func`` (as written) and ``.mizan`` (as declared)."""

    __name__: str

    @property
    def func(self) -> Callable[P, R]:
        """The function as written."""

    @property
    def mizan(self) -> Function:
        """The function as declared."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the body (RPC path), or respond to the request as a Django view (view path)."""


Auth = bool | Literal["required", "staff", "superuser"] | Callable[..., Any] | None


@overload
def client(func: Callable[P, R], /) -> ClientFunction[P, R]: ...
@overload
def client(
    *,
    context: str | Context | None = None,
    affects: str | Context | Iterable[str | Context] | None = None,
    affects_params: Iterable[str] | Mapping[str, str] | None = None,
    auth: Auth = None,
    private: bool = False,
    data: bool = True,
    route: str | None = None,
    methods: Iterable[str] | None = None,
    websocket: bool = False,
    atomic: bool = True,
) -> Callable[[Callable[P, R]], ClientFunction[P, R]]: ...
def client(
    func: Callable[..., Any] | None = None,
    /,
    *,
    context: str | Context | None = None,
    affects: str | Context | Iterable[str | Context] | None = None,
    affects_params: Iterable[str] | Mapping[str, str] | None = None,
    auth: Auth = None,
    private: bool = False,
    data: bool = True,
    route: str | None = None,
    methods: Iterable[str] | None = None,
    websocket: bool = False,
    atomic: bool = True,
) -> Any:
    """Declare a server function. Its arguments after ``request`` and its result are typed.

    A function annotated to return an HttpResponse is on the view path: a Django view with auth and
    validation. Any other is on the RPC path: callers get its result as JSON, and calling it from Python just
    runs its body. A reader that returns models, querysets, forms or the like, or that has ``data=False``, is
    for templates only. ``docs/functions.md`` explains each option. Raises DeclarationError.
    """

    def decorate(func: Callable[..., Any]) -> ClientFunction[..., Any]:
        function = declare(
            func,
            context=context,
            affects=affects,
            affects_params=affects_params,
            auth=auth,
            private=private,
            data=data,
            route=route,
            methods=methods,
            websocket=websocket,
            atomic=atomic,
        )
        shell: Any = wraps(func)(_SHELLS[function.path, function.is_async](function))
        shell.func = func
        shell.mizan = function
        function.declaration.decorated = shell
        if function.auth is not None or function.is_unguarded:
            shell.login_required = False  # LoginRequiredMiddleware: the function checks the user itself
        elif "login_required" not in shell.__dict__:
            shell.login_required = _DECIDED_BY_MIDDLEWARE
        return cast("ClientFunction[..., Any]", shell)

    return decorate if func is None else decorate(func)


Shell = Callable[..., Any]


class _DecidedByMiddleware:
    """The ``login_required`` of a function without ``auth``.

    False where LoginRequiredMiddleware is installed: the function then checks the user itself, with its usual
    errors. Any other middleware that reads the attribute finds it true, as if it were missing.
    """

    def __bool__(self) -> bool:
        return registry.graph.default_auth is None


_DECIDED_BY_MIDDLEWARE = _DecidedByMiddleware()


def _view(function: Function) -> Shell:
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return serve(function, request, args, kwargs)

    return view


def _async_view(function: Function) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return await aserve(function, request, args, kwargs)

    return view


def _plain(function: Function) -> Shell:
    def body(*args: Any, **kwargs: Any) -> Any:
        return function.func(*args, **kwargs)

    return body


def _async_plain(function: Function) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def body(*args: Any, **kwargs: Any) -> Any:
        return await function.func(*args, **kwargs)

    return body


_SHELLS: dict[tuple[str, bool], Callable[[Function], Shell]] = {
    ("view", False): _view,
    ("view", True): _async_view,
    ("rpc", False): _plain,
    ("rpc", True): _async_plain,
}

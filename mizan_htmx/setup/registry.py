"""The registry of declared functions, forms and channels by name, and the graph of the functions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from types import ModuleType
from typing import Any

from django.core.signals import setting_changed

from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Graph, build
from mizan_htmx.declarations.problems import Problem
from mizan_htmx.errors import DeclarationError
from mizan_htmx.setup.middleware import LOGIN_REQUIRED, is_installed

__all__ = ["Registry", "get_function", "register", "registry"]


@dataclass(slots=True)
class _Contents:
    functions: dict[str, Function] = field(default_factory=dict)
    declared: dict[str, Callable[..., Any]] = field(default_factory=dict)
    forms: dict[str, Any] = field(default_factory=dict)
    channels: dict[str, Any] = field(default_factory=dict)
    watches: list[Any] = field(default_factory=list)
    clashes: list[Problem] = field(default_factory=list)
    graph: Graph | None = None
    changes: int = 0


class _Graph:
    """A descriptor that computes the graph and stores it in the instance, where reading it costs no call."""

    def __get__(self, registry: "Registry", owner: type) -> Graph:
        while True:
            contents = registry._contents
            changes = contents.changes
            graph = contents.graph
            login_required = is_installed(LOGIN_REQUIRED)
            if graph is None or (graph.default_auth is not None) != login_required:
                graph = build(contents.functions.copy(), login_required=login_required)
            with registry._lock:
                # Another thread may have registered something in the meantime.
                if registry._contents is contents and contents.changes == changes:
                    contents.graph = registry.__dict__["graph"] = graph
                    return graph


class Registry:
    """Holds what is declared. The graph is built at its first use, and again after a registration."""

    #: The graph of the functions that are registered now.
    graph = _Graph()

    def __init__(self) -> None:
        self._contents = _Contents()
        self._lock = Lock()
        #: Returns the version for what is read from now on; ``None`` without channels. Set at start.
        self.clock: Callable[[], str | None] = _no_version
        #: The same for what is read from a database that is that many seconds behind.
        self.clock_before: Callable[[float], str | None] = _no_version

    @property
    def forms(self) -> dict[str, Any]:
        """The declared forms by name."""
        return self._contents.forms

    @property
    def channels(self) -> dict[str, Any]:
        """The registered channels by name."""
        return self._contents.channels

    @property
    def watches(self) -> list[Any]:
        """The watches of models, in the order of the ``watch_model`` calls."""
        return self._contents.watches

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the declarations."""
        return (*self._contents.clashes, *self.graph.problems)

    def register(self, declared: Callable[..., Any], name: str | None = None) -> None:
        """Register a function made by ``@client``; raise DeclarationError if another one has the name."""
        function = _function_of(declared)
        name = name or function.name
        clash = self._clash(function, name)
        if clash is not None:
            raise DeclarationError(f"{clash.message} {clash.hint}")
        with self._lock:
            contents = self._contents
            contents.functions[name] = function.named(name)
            contents.declared[name] = declared
            contents.changes += 1
            contents.graph = None
            self._discard_graph()

    def adopt(self, module: ModuleType) -> None:
        """Register a module's functions, imported ones too, under their own names, unless they already are.

        Name clashes are left to the system checks, which report all of them. Raises DeclarationError for a
        function with a decorator over ``@client``.
        """
        taken = {function.declaration for function in self._contents.functions.values()}
        for value in vars(module).copy().values():
            function = getattr(value, "mizan", None)
            if isinstance(function, Function) and function.declaration not in taken:
                taken.add(function.declaration)
                if self._clash(function, function.name) is None:
                    self.register(value)

    def _clash(self, function: Function, name: str) -> Problem | None:
        known = self._contents.functions.get(name)
        if known is None or known.declaration is function.declaration:
            return None
        clash = Problem(
            "mizan_htmx.E004",
            f"Two functions are called {name!r}: {known.place} and {function.place}.",
            f"Rename one, or register it under another name: register(fn, {name + '_2'!r}).",
            function,
        )
        self._contents.clashes.append(clash)
        return clash

    def declared(self, name: str) -> Callable[..., Any] | None:
        """Return what was registered under ``name``, as ``@client`` returned it; ``None`` if nothing was."""
        return self._contents.declared.get(name)

    @contextmanager
    def isolated(self) -> Iterator[None]:
        """Empty the registry inside the ``with`` block, and restore it afterwards. Nestable."""
        former = self._contents
        self._put(_Contents())
        try:
            yield
        finally:
            self._put(former)

    def _put(self, contents: _Contents) -> None:
        with self._lock:
            self._contents = contents
            self._discard_graph()

    def settings_changed(self, *, setting: str, **kwargs: object) -> None:
        """Build the graph again when a test changes MIDDLEWARE: LoginRequiredMiddleware changes it."""
        if setting == "MIDDLEWARE":
            with self._lock:
                self._discard_graph()

    def _discard_graph(self) -> None:
        self.__dict__.pop("graph", None)


def _no_version(lag: float = 0) -> None:
    return None


def _function_of(declared: Callable[..., Any]) -> Function:
    function = getattr(declared, "mizan", None)
    if not isinstance(function, Function):
        raise DeclarationError(f"{declared!r} can't be registered: it is not declared with @client.")
    if getattr(declared, "__wrapped__", None) is not function.func:
        # functools.wraps copies .mizan to a decorator over @client, which calls would then bypass.
        raise DeclarationError(
            f"{function.place} can't be registered with a decorator over @client: calls would bypass it."
            " Put the decorator under @client, or use auth=."
        )
    return function


#: The registry of this process.
registry = Registry()
setting_changed.connect(registry.settings_changed, dispatch_uid="mizan_htmx.setup.registry")


def register(declared: Callable[..., Any], name: str | None = None) -> None:
    """Register a function made by ``@client`` under ``name``, or its own."""
    registry.register(declared, name)


def get_function(name: str) -> Callable[..., Any] | None:
    """Return the function registered under ``name``, or ``None``."""
    return registry.declared(name)

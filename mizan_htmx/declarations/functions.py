"""``Context``, ``Auth`` and ``Function``: frozen values, worked out when a function is declared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mizan_htmx.declarations.results import Result, TemplateResult
from mizan_htmx.declarations.signature import Parameter, Validator, where
from mizan_htmx.errors import DeclarationError
from mizan_htmx.protocol.keys import is_name

RULE = "Use a letter or '_', then letters, digits, '_', '-' or '.'."

# In a form or an hx-vals this field names the function, so no argument can have it.
FUNCTION_FIELD = "fn"
# The safe methods (RFC 9110 section 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# In the URL of a refresh this field holds the signed block, so no parameter of a context can have it.
BLOCK_FIELD = "block"


@dataclass(frozen=True, slots=True)
class Context:
    """A named group of readers, and the options they share.

    ``live``: invalidations also reach other tabs and visitors over the socket. ``public``: everyone gets the
    same response, so shared caches may keep it for ``max_age`` seconds. Raises DeclarationError.
    """

    name: str
    live: bool = False
    public: bool = False
    max_age: int = 0

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise DeclarationError(f"Context name {self.name!r} is not allowed. {RULE}")
        if self.max_age < 0:
            raise DeclarationError(
                f"Context {self.name!r}: max_age={self.max_age!r} seconds can't be negative."
            )
        if self.max_age and not self.public:
            raise DeclarationError(
                f"Context {self.name!r} has max_age but is private. Add public=True, or remove max_age."
            )

    @property
    def plain(self) -> bool:
        """Return whether it is only a name, with all options at their defaults."""
        return self == Context(self.name)


#: The context of what every template may use: ``mizan_htmx.context_processors.global_context``.
GlobalContext = Context("global")
LOCAL = "local"


@dataclass(frozen=True, slots=True, eq=False)
class Auth:
    """Who may call: one of Django's levels, or a callable that decides.

    ``parameters`` are the arguments that the callable takes; ``adapter`` validates them for it.
    """

    level: str | None
    check: Callable[..., Any] | None = None
    is_async: bool = False
    parameters: tuple[Parameter, ...] = ()
    adapter: Validator | None = None

    def allows(self, user: Any) -> bool:
        """Return whether this user passes the level."""
        if not getattr(user, "is_authenticated", False):
            return False
        if self.level == "required":
            return True
        return bool(user.is_active and (user.is_superuser if self.level == "superuser" else user.is_staff))


class Declaration:
    """The identity of a declaration, which a function shares with its copies under other names.

    ``decorated`` is the object that Django's ``login_not_required`` may be applied to, now or later: what
    ``@client`` returned, or the class of a form.
    """

    __slots__ = ("decorated",)

    def __init__(self) -> None:
        self.decorated: object = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A declared function, compared by identity.

    ``result`` is ``None`` on the view path, where the function returns a response. ``affects_params`` maps a
    context's parameter to the argument that fills it; ``None``: to the argument of the same name.
    ``declaration`` is the same object for a function and for what ``named`` makes of it.
    ``auth`` is the function's own; ``Graph.auth_of`` adds the site's default. ``is_unguarded``: it has
    ``auth=False``. ``records_itself``: its body records what it invalidates, because its arguments do not
    determine that. ``takes_any``: its body validates the arguments, as a form does.
    ``waits``: its body or its ``auth`` is async. ``is_transactional``: its body runs in its own transaction.
    ``for_templates``: its result stands in blocks only, as the very object that it returned.
    ``is_callable``: callers outside may name it; else it answers as one that does not exist.
    ``silent``: the safe methods of a view that also has unsafe ones; with them it invalidates nothing.
    """

    name: str
    func: Callable[..., Any]
    parameters: Mapping[str, Parameter]
    arguments: Validator
    result: Result | None
    is_async: bool
    context: Context | None = None
    is_local: bool = False
    affects: tuple[Context, ...] = ()
    affects_params: Mapping[str, str] | None = None
    auth: Auth | None = None
    is_unguarded: bool = False
    private: bool = False
    route: str | None = None
    methods: tuple[str, ...] = ("POST",)
    websocket: bool = False
    atomic: bool = True
    declaration: Declaration = field(default_factory=Declaration, repr=False)
    records_itself: bool = False
    takes_any: bool = False
    for_templates: bool = field(init=False, repr=False)
    waits: bool = field(init=False, repr=False)
    is_transactional: bool = field(init=False, repr=False)
    is_callable: bool = field(init=False, repr=False)
    silent: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Worked out here, because each call needs it.
        changes = bool(self.affects) or self.records_itself
        object.__setattr__(self, "is_transactional", changes and self.atomic and not self.is_async)
        waits = self.is_async or (self.auth is not None and self.auth.is_async)
        object.__setattr__(self, "waits", waits)
        object.__setattr__(self, "for_templates", isinstance(self.result, TemplateResult))
        object.__setattr__(self, "is_callable", not (self.private or self.for_templates))
        safe = SAFE_METHODS.intersection(self.methods)
        shows = self.result is None and len(safe) < len(self.methods)
        object.__setattr__(self, "silent", safe if shows else frozenset())

    @property
    def path(self) -> str:
        """The path of the function: ``"rpc"`` or ``"view"``."""
        return "view" if self.result is None else "rpc"

    @property
    def place(self) -> str:
        """Where it is declared, for messages."""
        return where(self.func)

    @property
    def is_open(self) -> bool:
        """Whether it requires no login: ``auth=False`` or ``login_not_required``."""
        if self.is_unguarded:
            return True
        # Not inherited: a subclass of a form that is open to everyone may have more fields.
        return getattr(self.declaration.decorated, "__dict__", {}).get("login_required") is False

    def named(self, name: str) -> "Function":
        """Return the same function under another name."""
        if not is_name(name):
            raise DeclarationError(f"{self.place} can't be registered as {name!r}. {RULE}")
        if self.is_local and name == GlobalContext.name and self.parameters:
            raise DeclarationError(global_takes_nothing(self.place, self.parameters))
        return replace(self, name=name, context=Context(name) if self.is_local else self.context)

    def __str__(self) -> str:
        return f"{self.name}, {self.place}"


def global_takes_nothing(place: str, parameters: Iterable[str]) -> str:
    """Return why a function with parameters can't read the global context."""
    return (
        f"{place}: the context 'global' is on every page and has no parameters,"
        f" but this reader takes {', '.join(parameters)}. Give the reader a context of its own."
    )

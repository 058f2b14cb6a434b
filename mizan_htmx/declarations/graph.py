"""The graph of all declarations: which functions read a context, and what a mutation invalidates.

It is built once from the registered functions and never changes; a request only looks up dictionaries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, get_args

from mizan_htmx.declarations.functions import Auth, Context, Function, GlobalContext
from mizan_htmx.declarations.problems import Problem, affects_problems, group_problems, option_problems
from mizan_htmx.declarations.scalars import UNNAMEABLE
from mizan_htmx.declarations.signature import Parameter, Validator, input_adapter, validate
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.protocol.cache_tags import Shape, purge_list
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, canonical, is_nameable


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A context: its options, the functions that read it, and all parameters that they take.

    ``readers`` return data, ``pages`` are on the view path; both are sorted by name. ``required`` names the
    parameters that some reader requires; ``adapter`` validates any of ``params``. ``uniform``: each parameter
    has one type everywhere (else E002), so what ``adapter`` returns is valid for each function.

    ``answering`` are the readers that callers may read, neither private nor for templates; ``keys`` are their
    names in JSON; ``waits``: one of them is async. ``together`` validates the arguments of all of them at
    once; ``None`` if each must validate its own, for example because one has an ``auth``, which runs first.

    ``deciders`` are the functions whose ``auth`` decides who may watch the context. ``is_private``: callers
    do not learn that it exists, since all its functions are private, or its readers for templates only.
    """

    context: Context
    readers: tuple[Function, ...]
    pages: tuple[Function, ...]
    params: Mapping[str, Parameter]
    required: frozenset[str]
    adapter: Validator
    uniform: bool
    shape: Shape
    answering: tuple[Function, ...]
    keys: tuple[bytes, ...]
    waits: bool
    together: Validator | None
    deciders: tuple[Function, ...]
    is_private: bool

    def shown(self, values: Mapping[str, Any]) -> Invalidation:
        """Return the invalidation of a block with these validated values.

        Raises ValidationFailed for a value that has no text.
        """
        try:
            return Invalidation.of(self.context.name, **values)
        except TypeError:  # a site's validator returned something that is not a scalar
            wrong = [name for name, each in values.items() if each is not None and not is_nameable(each)]
            raise ValidationFailed({name: [UNNAMEABLE] for name in wrong}) from None


class Fill(NamedTuple):
    """How a parameter of an affected context gets its value from an argument of a mutation.

    ``convert`` is set if the two have different types: ``"05"`` must name the block of 5.
    """

    param: str
    argument: str
    default: Any
    convert: Validator | None


@dataclass(frozen=True, slots=True)
class Target:
    """A context that a mutation invalidates, and what fills its parameters, sorted by parameter."""

    context: str
    fills: tuple[Fill, ...]

    def invalidation(self, arguments: Mapping[str, Any]) -> Invalidation:
        """Return what a call with these validated arguments invalidates."""
        params, given = [], []
        for param, argument, default, convert in self.fills:
            value = arguments.get(argument, default)
            if convert is not None:
                value = _converted(param, value, convert)
            if is_nameable(value):
                params.append((param, canonical(value)))
                given.append((param, value))
        return Invalidation.declared(self.context, tuple(params), tuple(given))


def _converted(param: str, value: object, convert: Validator) -> object:
    try:
        return validate(convert, {param: value})[param]
    except ValidationFailed:
        return None


@dataclass(frozen=True, slots=True)
class Graph:
    """All registered functions, resolved.

    ``plans`` is keyed by a function's ``declaration``. ``live`` names the contexts that pages watch,
    ``public`` those whose responses all visitors share, ``private`` the others, ``quiet`` those that are
    neither live nor public. ``shapes`` are those of all groups by name. ``socket_functions`` names those that
    may be called over the socket. ``hands_on_everywhere``: the context ``global`` has a reader for templates,
    so every template may use what it returns. ``default_auth`` is the ``auth`` of functions without one, if
    the site requires login.
    """

    functions: Mapping[str, Function]
    groups: Mapping[str, Group]
    plans: Mapping[object, tuple[Target, ...]]
    live: frozenset[str]
    public: frozenset[str]
    private: frozenset[str]
    quiet: frozenset[str]
    shapes: Mapping[str, Shape]
    problems: tuple[Problem, ...]
    socket_functions: tuple[str, ...]
    hands_on_everywhere: bool = False
    default_auth: Auth | None = None

    def auth_of(self, function: Function) -> Auth | None:
        """Return who may call a function: its own ``auth``, or the site's default."""
        return function.auth if self.default_auth is None else _auth_of(function, self.default_auth)

    def plan(self, function: Function) -> tuple[Target, ...]:
        """Return what ``function``, registered or only used as a view, invalidates."""
        plan = self.plans.get(function.declaration)
        return _plan(function, self.groups) if plan is None else plan

    def shared(self, stale: Iterable[Invalidation]) -> tuple[Invalidation, ...]:
        """Return the invalidations that concern shared caches: of public contexts, and of unknown ones."""
        return tuple([each for each in stale if each.context not in self.private])

    def is_published(self, stale: Iterable[Invalidation]) -> bool:
        """Return whether any of these concerns sockets or shared caches."""
        return not self.quiet.issuperset([each.context for each in stale])

    def purged(self, stale: Iterable[Invalidation]) -> tuple[str, ...]:
        """Return the cache tags to purge for these; for ``*``, those of all public contexts."""
        shared = [each for each in stale if each.context not in self.private]
        if not shared:
            return ()
        tags = purge_list(shared, self.shapes)
        if tags == (str(EVERYTHING),):
            return tuple(dict.fromkeys((*tags, *purge_list(map(Invalidation, sorted(self.public)), {}))))
        return tags


def _auth_of(function: Function, default: Auth | None) -> Auth | None:
    if function.auth is not None or default is None or function.is_open:
        return function.auth
    return default


def build(functions: Mapping[str, Function], *, login_required: bool = False) -> Graph:
    """Return the graph of the registered functions; contradictions are in its ``problems``.

    ``login_required``: functions without ``auth`` require a logged-in user.
    """
    default = Auth("required") if login_required else None

    def is_guarded(function: Function) -> bool:
        return _auth_of(function, default) is not None

    members: dict[str, list[Function]] = {}
    for function in functions.values():
        if function.context is not None:
            members.setdefault(function.context.name, []).append(function)
    options = [*_options(functions.values())]
    groups = {name: _group(name, group, options, is_guarded) for name, group in sorted(members.items())}
    return Graph(
        functions=functions,
        groups=groups,
        plans={each.declaration: _plan(each, groups) for each in functions.values()},
        live=frozenset(name for name, group in groups.items() if group.context.live),
        public=frozenset(name for name, group in groups.items() if group.context.public),
        private=frozenset(name for name, group in groups.items() if not group.context.public),
        quiet=frozenset(
            name for name, group in groups.items() if not (group.context.live or group.context.public)
        ),
        shapes={name: group.shape for name, group in groups.items()},
        problems=(
            *option_problems(options),
            *group_problems(members, options, is_guarded),
            *affects_problems(functions, {name: group.params for name, group in groups.items()}),
        ),
        socket_functions=tuple(
            sorted(name for name, each in functions.items() if each.websocket and not each.private)
        ),
        hands_on_everywhere=any(each.for_templates for each in members.get(GlobalContext.name, ())),
        default_auth=default,
    )


def _options(functions: Iterable[Function]) -> Iterable[tuple[Context, Function]]:
    for function in functions:
        for context in (function.context, *function.affects):
            if context is not None and not context.plain:
                yield context, function


def _group(
    name: str,
    members: list[Function],
    options: list[tuple[Context, Function]],
    is_guarded: Callable[[Function], bool],
) -> Group:
    ordered = sorted(members, key=lambda each: each.name)
    readers = tuple(each for each in ordered if each.result is not None)
    pages = tuple(each for each in ordered if each.result is None)
    params: dict[str, Parameter] = {}
    for function in (*readers, *ordered):
        for parameter in function.parameters.values():
            params.setdefault(parameter.name, parameter)
    uniform = all(
        _is_one_type(each, params[each.name]) for function in members for each in function.parameters.values()
    )
    answering = tuple(each for each in readers if each.is_callable)
    for_templates = not answering and any(each.for_templates for each in readers)
    return Group(
        context=next((context for context, _ in options if context.name == name), Context(name)),
        readers=readers,
        pages=pages,
        params=dict(sorted(params.items())),
        required=frozenset(_required(readers)),
        adapter=input_adapter(replace(each, default=None) for each in params.values()),
        uniform=uniform,
        shape=_shape(params.values(), answering or readers, pages),
        answering=answering,
        keys=tuple(f'"{each.name}":'.encode() for each in answering),
        waits=any(each.waits for each in answering),
        together=_together(answering) if uniform and not any(map(is_guarded, answering)) else None,
        deciders=_deciders(readers, pages),
        is_private=for_templates or all(each.private for each in members),
    )


def _deciders(readers: tuple[Function, ...], pages: tuple[Function, ...]) -> tuple[Function, ...]:
    """Return the functions whose ``auth`` decides who may watch a context: its readers that are not private.

    Private ones need no ``auth``, since nobody can call them. If there are no others, the private readers
    that have one decide, then the pages.
    """
    return (
        tuple(each for each in readers if not each.private)
        or tuple(each for each in readers if each.auth is not None)
        or tuple(each for each in pages if not each.private)
        or pages
        or readers
    )


def _is_one_type(one: Parameter, other: Parameter) -> bool:
    # Unions are equal in any order, but the order decides as which type a text is validated.
    return one.annotation == other.annotation and repr(one.annotation) == repr(other.annotation)


def _together(answering: tuple[Function, ...]) -> Validator | None:
    if not answering:
        return None
    if len(answering) == 1:
        return answering[0].arguments
    taken = [each for one in answering for each in one.parameters.values()]
    fields = {each.name: each for each in taken} | {each.name: each for each in taken if each.required}
    if len(fields) < len(taken) and any(_is_made(each.annotation) for each in fields.values()):
        return None  # one reader might change the argument of another
    return input_adapter(fields.values())


def _is_made(annotation: Any) -> bool:
    """Return whether a site's own code makes the value, which may be mutable whatever its type."""
    annotation = getattr(annotation, "__value__", getattr(annotation, "__supertype__", annotation))
    facts = getattr(annotation, "__metadata__", ())
    return any(hasattr(each, "__get_pydantic_core_schema__") for each in facts) or any(
        map(_is_made, get_args(annotation))
    )


def _required(functions: Iterable[Function]) -> Iterable[str]:
    return (each.name for one in functions for each in one.parameters.values() if each.required)


def _shape(params: Iterable[Parameter], readers: tuple[Function, ...], pages: tuple[Function, ...]) -> Shape:
    """Return the shape of cache tags: which parameters a response of these readers, or of a page, may lack.

    They are those of ``ctx/``, if it answers: a block gives the parameters of all, so it lacks no more.
    """
    answers = [*([_required(readers)] if readers else []), *(_required([page]) for page in pages)]
    sure = frozenset.intersection(*map(frozenset, answers))
    return Shape.of(
        (each.name for each in params),
        optional=(each.name for each in params if each.name not in sure),
    )


def _plan(function: Function, groups: Mapping[str, Group]) -> tuple[Target, ...]:
    return tuple(
        Target(context.name, _fills(function, groups.get(context.name))) for context in function.affects
    )


def _fills(function: Function, group: Group | None) -> tuple[Fill, ...]:
    if group is None:
        return ()
    pairs = function.affects_params
    if pairs is None:
        pairs = {name: name for name in function.parameters}
    fills = []
    for param, argument in sorted(pairs.items()):
        source, target = function.parameters[argument], group.params.get(param)
        if target is not None and source.scalar:
            convert = None if _is_one_type(source, target) else input_adapter([target])
            fills.append(Fill(param, source.name, source.default, convert))
    return tuple(fills)

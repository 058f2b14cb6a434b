"""The graph of everything declared: who reads which context, and what goes stale when a mutation ran.

Built once from the registered functions, then only read; its lookups are dictionary lookups.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, get_args

from mizan_htmx.declarations.functions import Auth, Context, Function
from mizan_htmx.declarations.problems import Defect, affects_defects, group_defects, option_defects
from mizan_htmx.declarations.scalars import UNNAMEABLE
from mizan_htmx.declarations.signature import Parameter, Validator, input_adapter, validate
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.protocol.cache_tags import Shape, purge_list
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, canonical, is_nameable


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A context as declared: its options, the functions that read it and the parameters they take together.

    ``readers`` answer data, ``pages`` are on the view path; both sorted by name. ``required`` are the
    parameters some reader can't do without; ``adapter`` validates any of ``params``. ``uniform``: all declare
    each parameter with one type (E002 says where not), so what ``adapter`` gives is valid for each of them.

    ``answering`` are the readers that callers see, ``keys`` their names as JSON has them; ``waits`` says
    whether any of them does. ``together`` validates what all of them take, at once; ``None`` where each
    has to do so for itself, such as after it has found that the caller may know what fits.

    ``deciders`` are those whose ``auth`` says who may watch the context. ``is_private``: every function of it
    is, so that callers are not told that there is such a context.
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
        """Return what a block of these validated values shows; raise ValidationFailed for no text."""
        try:
            return Invalidation.of(self.context.name, **values)
        except TypeError:  # an author's validator made something else of a scalar
            wrong = [name for name, each in values.items() if each is not None and not is_nameable(each)]
            raise ValidationFailed({name: [UNNAMEABLE] for name in wrong}) from None


class Fill(NamedTuple):
    """How one parameter of a stale context gets its value from a mutation's argument.

    ``convert`` is set where the two are declared with different types: ``"05"`` must name the block of 5.
    """

    param: str
    argument: str
    default: Any
    convert: Validator | None


@dataclass(frozen=True, slots=True)
class Target:
    """One context that a mutation makes stale, and what narrows it down, sorted by parameter."""

    context: str
    fills: tuple[Fill, ...]

    def invalidation(self, arguments: Mapping[str, Any]) -> Invalidation:
        """Name what a call with these validated arguments makes stale."""
        params, given = [], []
        for param, argument, default, convert in self.fills:
            value = arguments.get(argument, default)
            if convert is not None:
                value = _converted(param, value, convert)
            if is_nameable(value):
                params.append((param, canonical(value)))
                given.append((param, value))
        return Invalidation(self.context, tuple(params), tuple(given))


def _converted(param: str, value: object, convert: Validator) -> object:
    try:
        return validate(convert, {param: value})[param]
    except ValidationFailed:
        return None


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything registered, resolved.

    ``plans`` is keyed by a function's ``declaration``; ``live`` names the contexts that pages watch,
    ``public`` those whose answers everyone may be handed, ``quiet`` those that are neither; ``shapes`` are
    those of all groups by name. ``default_auth`` is asked for functions that say nothing, where the site asks
    everybody to sign in.
    """

    functions: Mapping[str, Function]
    groups: Mapping[str, Group]
    plans: Mapping[object, tuple[Target, ...]]
    live: frozenset[str]
    public: frozenset[str]
    quiet: frozenset[str]
    shapes: Mapping[str, Shape]
    defects: tuple[Defect, ...]
    default_auth: Auth | None = None

    def auth_of(self, function: Function) -> Auth | None:
        """Return who may call a function: as it says or, where it says nothing, as the site does."""
        return function.auth if self.default_auth is None else _auth_of(function, self.default_auth)

    def plan(self, function: Function) -> tuple[Target, ...]:
        """List what goes stale when ``function`` ran, registered or only used as a view."""
        plan = self.plans.get(function.declaration)
        return _plan(function, self.groups) if plan is None else plan

    def shared(self, stale: Iterable[Invalidation]) -> tuple[Invalidation, ...]:
        """Choose what shared caches may hold: what is public, or what nobody here knows to be private."""
        return tuple(
            [each for each in stale if each.context in self.public or each.context not in self.groups]
        )

    def is_published(self, stale: Iterable[Invalidation]) -> bool:
        """Tell whether sockets or shared caches may have to hear of any of these."""
        return not self.quiet.issuperset([each.context for each in stale])

    def purged(self, stale: Iterable[Invalidation]) -> tuple[str, ...]:
        """List the tags that shared caches forget for these; beside ``*`` stand all public contexts."""
        shared = self.shared(stale)
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
    """Resolve the registered functions into a graph; what is off is listed in its ``defects``.

    ``login_required``: whoever says nothing of ``auth`` asks for somebody who is signed in.
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
        quiet=frozenset(
            name for name, group in groups.items() if not (group.context.live or group.context.public)
        ),
        shapes={name: group.shape for name, group in groups.items()},
        defects=(
            *option_defects(options),
            *group_defects(members, options, is_guarded),
            *affects_defects(functions, {name: group.params for name, group in groups.items()}),
        ),
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
    answering = tuple(each for each in readers if not each.private)
    return Group(
        context=next((context for context, _ in options if context.name == name), Context(name)),
        readers=readers,
        pages=pages,
        params=dict(sorted(params.items())),
        required=frozenset(_required(readers)),
        adapter=input_adapter(replace(each, default=None) for each in params.values()),
        uniform=uniform,
        shape=_shape(params.values(), readers, pages),
        answering=answering,
        keys=tuple(f'"{each.name}":'.encode() for each in answering),
        waits=any(each.waits for each in answering),
        together=_together(answering) if uniform and not any(map(is_guarded, answering)) else None,
        deciders=_deciders(readers, pages),
        is_private=all(each.private for each in members),
    )


def _deciders(readers: tuple[Function, ...], pages: tuple[Function, ...]) -> tuple[Function, ...]:
    """Choose who says who may watch a context: the readers that anybody can ask.

    Private ones answer nobody, and need no ``auth`` for that. Where there are no others, those count that
    have one, then the pages.
    """
    return (
        tuple(each for each in readers if not each.private)
        or tuple(each for each in readers if each.auth is not None)
        or tuple(each for each in pages if not each.private)
        or pages
        or readers
    )


def _is_one_type(one: Parameter, other: Parameter) -> bool:
    # Unions are equal in whatever order, by which the same text may be read as one type or the other.
    return one.annotation == other.annotation and repr(one.annotation) == repr(other.annotation)


def _together(answering: tuple[Function, ...]) -> Validator | None:
    if not answering:
        return None
    if len(answering) == 1:
        return answering[0].arguments
    taken = [each for one in answering for each in one.parameters.values()]
    fields = {each.name: each for each in taken} | {each.name: each for each in taken if each.required}
    if len(fields) < len(taken) and any(_is_made(each.annotation) for each in fields.values()):
        return None  # one reader might change what another one is given
    return input_adapter(fields.values())


def _is_made(annotation: Any) -> bool:
    """Tell whether code of an author's makes the value, which may be a list for all its type."""
    annotation = getattr(annotation, "__value__", getattr(annotation, "__supertype__", annotation))
    facts = getattr(annotation, "__metadata__", ())
    return any(hasattr(each, "__get_pydantic_core_schema__") for each in facts) or any(
        map(_is_made, get_args(annotation))
    )


def _required(functions: Iterable[Function]) -> Iterable[str]:
    return (each.name for one in functions for each in one.parameters.values() if each.required)


def _shape(params: Iterable[Parameter], readers: tuple[Function, ...], pages: tuple[Function, ...]) -> Shape:
    """Tell which parameters an answer of the readers together, or of one page, may lack."""
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

"""The graph of everything declared: who reads which context, and what goes stale when a mutation ran.

Built once from the registered functions, then only read; its lookups are dictionary lookups.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from mizan_htmx.functions import Context, Function
from mizan_htmx.invalidation import EVERYTHING, Invalidation, is_nameable
from mizan_htmx.signature import Parameter, Validator, input_adapter
from mizan_htmx.tags import Shape, purge_list


@dataclass(frozen=True, slots=True)
class Defect:
    """Something declared that can't work, with its remedy; shown as a system check."""

    id: str
    message: str
    hint: str
    obj: object


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A context as declared: its options, the functions that read it and the parameters they take together.

    ``readers`` answer data, ``pages`` are on the view path; both sorted by name. ``required`` are the
    parameters some reader can't do without; ``adapter`` validates any of ``params``. ``uniform``: all declare
    each parameter with one type (E002 says where not), so what ``adapter`` gives is valid for each of them.
    """

    context: Context
    readers: tuple[Function, ...]
    pages: tuple[Function, ...]
    params: Mapping[str, Parameter]
    required: frozenset[str]
    adapter: Validator
    uniform: bool
    shape: Shape


@dataclass(frozen=True, slots=True)
class Fill:
    """How one parameter of a stale context gets its value from a mutation's argument.

    ``convert`` is set where the two are declared with different types: ``"05"`` must name the block of 5.
    """

    param: str
    argument: Parameter
    convert: Validator | None


@dataclass(frozen=True, slots=True)
class Target:
    """One context that a mutation makes stale, and what narrows it down."""

    context: str
    fills: tuple[Fill, ...]

    def invalidation(self, arguments: Mapping[str, Any]) -> Invalidation:
        """Name what a call with these validated arguments makes stale."""
        values = {fill.param: _value(fill, arguments) for fill in self.fills}
        return Invalidation.of(self.context, **values)


def _value(fill: Fill, arguments: Mapping[str, Any]) -> object:
    value = arguments.get(fill.argument.name, fill.argument.default)
    if fill.convert is not None:
        try:
            value = fill.convert.validate_python({fill.param: value})[fill.param]
        except ValidationError:
            return None
    return value if is_nameable(value) else None


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything registered, resolved.

    ``plans`` is keyed by a function's ``declaration``; ``live`` names the contexts that pages watch,
    ``public`` those whose answers everyone may be handed, ``shapes`` are those of all groups by name.
    """

    functions: Mapping[str, Function]
    groups: Mapping[str, Group]
    plans: Mapping[object, tuple[Target, ...]]
    live: frozenset[str]
    public: frozenset[str]
    shapes: Mapping[str, Shape]
    defects: tuple[Defect, ...]

    def plan(self, function: Function) -> tuple[Target, ...]:
        """List what goes stale when ``function`` ran, registered or only used as a view."""
        plan = self.plans.get(function.declaration)
        return _plan(function, self.groups) if plan is None else plan

    def purged(self, stale: Iterable[Invalidation]) -> tuple[str, ...]:
        """List the tags that shared caches forget for these; beside ``*`` stand all public contexts."""
        tags = purge_list(stale, self.shapes)
        if tags == (str(EVERYTHING),):
            return tuple(dict.fromkeys((*tags, *purge_list(map(Invalidation, sorted(self.public)), {}))))
        return tags


def build(functions: Mapping[str, Function]) -> Graph:
    """Resolve the registered functions into a graph; what is off is listed in its ``defects``."""
    members: dict[str, list[Function]] = {}
    for function in functions.values():
        if function.context is not None:
            members.setdefault(function.context.name, []).append(function)
    options = [*_options(functions.values())]
    groups = {name: _group(name, group, options) for name, group in sorted(members.items())}
    return Graph(
        functions=functions,
        groups=groups,
        plans={each.declaration: _plan(each, groups) for each in functions.values()},
        live=frozenset(name for name, group in groups.items() if group.context.live),
        public=frozenset(name for name, group in groups.items() if group.context.public),
        shapes={name: group.shape for name, group in groups.items()},
        defects=(
            *_option_defects(options),
            *_group_defects(members, options),
            *_affects_defects(functions, groups),
        ),
    )


def _options(functions: Iterable[Function]) -> Iterable[tuple[Context, Function]]:
    for function in functions:
        for context in (function.context, *function.affects):
            if context is not None and not context.plain:
                yield context, function


def _group(name: str, members: list[Function], options: list[tuple[Context, Function]]) -> Group:
    ordered = sorted(members, key=lambda each: each.name)
    readers = tuple(each for each in ordered if each.result is not None)
    pages = tuple(each for each in ordered if each.result is None)
    params: dict[str, Parameter] = {}
    for function in (*readers, *ordered):
        for parameter in function.parameters.values():
            params.setdefault(parameter.name, parameter)
    return Group(
        context=next((context for context, _ in options if context.name == name), Context(name)),
        readers=readers,
        pages=pages,
        params=dict(sorted(params.items())),
        required=frozenset(_required(readers)),
        adapter=input_adapter(replace(each, default=None) for each in params.values()),
        uniform=all(
            each.annotation == params[name].annotation
            for function in members
            for name, each in function.parameters.items()
        ),
        shape=_shape(params.values(), readers, pages),
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
            same = source.annotation == target.annotation
            fills.append(Fill(param, source, None if same else input_adapter([target])))
    return tuple(fills)


def _option_defects(options: list[tuple[Context, Function]]) -> Iterable[Defect]:
    first: dict[str, tuple[Context, Function]] = {}
    for context, function in options:
        known, declared_by = first.setdefault(context.name, (context, function))
        if known != context:
            yield Defect(
                "mizan_htmx.E005",
                f"Context {context.name!r} has different options: {known} by {declared_by.place}"
                f" and {context} by {function.place}.",
                "Declare the Context in one place and import it, or use its name.",
                function,
            )


def _group_defects(
    members: Mapping[str, list[Function]], options: list[tuple[Context, Function]]
) -> Iterable[Defect]:
    public = {context.name for context, _ in options if context.public}
    for name, functions in sorted(members.items()):
        first: dict[str, tuple[Parameter, Function]] = {}
        for function in functions:
            for parameter in function.parameters.values():
                known, other = first.setdefault(parameter.name, (parameter, function))
                if known.annotation != parameter.annotation:
                    yield Defect(
                        "mizan_htmx.E002",
                        f"Parameter {parameter.name!r} of context {name!r} has two types:"
                        f" {known.annotation!r} in {other.place},"
                        f" {parameter.annotation!r} in {function.place}.",
                        "Give it one type everywhere: a block has one value for it.",
                        function,
                    )
        guarded = [each for each in functions if each.auth is not None or each.private]
        if name in public and guarded:
            yield Defect(
                "mizan_htmx.E003",
                f"Context {name!r} is public, but {guarded[0].place} is not for everyone.",
                "Drop public=True, or move the guarded function to a context of its own.",
                guarded[0],
            )


def _affects_defects(functions: Mapping[str, Function], groups: Mapping[str, Group]) -> Iterable[Defect]:
    for function in functions.values():
        for context in function.affects:
            if context.name not in groups:
                yield Defect(
                    "mizan_htmx.E001",
                    f"{function.place} affects the unknown context {context.name!r}.",
                    suggest(context.name, groups, what="contexts"),
                    function,
                )
        known = {
            name
            for context in function.affects
            if context.name in groups
            for name in groups[context.name].params
        }
        for param in function.affects_params or ():
            if param not in known and all(context.name in groups for context in function.affects):
                yield Defect(
                    "mizan_htmx.E006",
                    f"{function.place}: affects_params names {param!r}, which no context it affects has.",
                    suggest(param, known, what="parameters"),
                    function,
                )


def suggest(name: str, known: Iterable[str], *, what: str) -> str:
    """Write the way out of a misspelt name: the closest one, and all there are (20 at most)."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    guess = f"Did you mean {close[0]!r}? " if close else ""
    more = ", …" if len(names) > 20 else ""
    return f"{guess}Known {what}: {', '.join(names[:20]) or 'none'}{more}."

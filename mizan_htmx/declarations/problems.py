"""Declarations that contradict one another, as problems for the system checks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mizan_htmx.declarations.functions import Context, Function
from mizan_htmx.declarations.signature import Parameter
from mizan_htmx.errors import suggest


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in declarations and its remedy, with the arguments of ``django.core.checks.Error``."""

    id: str
    message: str
    hint: str
    obj: object


def option_problems(options: list[tuple[Context, Function]]) -> Iterable[Problem]:
    """Yield contexts that are declared twice with different options (E005)."""
    first: dict[str, tuple[Context, Function]] = {}
    for context, function in options:
        known, declared_by = first.setdefault(context.name, (context, function))
        if known != context:
            yield Problem(
                "mizan_htmx.E005",
                f"Context {context.name!r} has different options: {known} by {declared_by.place}"
                f" and {context} by {function.place}.",
                "Declare the Context in one place and import it, or use its name.",
                function,
            )


def group_problems(
    members: Mapping[str, list[Function]],
    options: list[tuple[Context, Function]],
    is_guarded: Callable[[Function], bool],
) -> Iterable[Problem]:
    """Yield contradictions between the readers of a context (E002), and with the context (E003)."""
    public = {context.name for context, _ in options if context.public}
    for name, functions in sorted(members.items()):
        first: dict[str, tuple[Parameter, Function]] = {}
        for function in functions:
            for parameter in function.parameters.values():
                known, other = first.setdefault(parameter.name, (parameter, function))
                if known.annotation != parameter.annotation:
                    yield Problem(
                        "mizan_htmx.E002",
                        f"Parameter {parameter.name!r} of context {name!r} has two types:"
                        f" {known.annotation!r} in {other.place},"
                        f" {parameter.annotation!r} in {function.place}.",
                        "Give it one type everywhere: a block has one value for it.",
                        function,
                    )
        guarded = [each for each in functions if is_guarded(each) or each.private]
        if name in public and guarded:
            yield _not_for_everyone(name, guarded[0])


def _not_for_everyone(context: str, function: Function) -> Problem:
    is_by_default = function.auth is None and not function.private
    return Problem(
        "mizan_htmx.E003",
        f"Context {context!r} is public, but {function.place} is not for everyone"
        + (": LoginRequiredMiddleware guards what has no auth=." if is_by_default else "."),
        "Declare it with auth=False, or drop public=True."
        if is_by_default
        else "Drop public=True, or move the guarded function to a context of its own.",
        function,
    )


def affects_problems(
    functions: Mapping[str, Function], params: Mapping[str, Mapping[str, Parameter]]
) -> Iterable[Problem]:
    """Yield affected names that do not exist; ``params`` are the parameters of each context.

    E001: a context that no function reads. E006: a parameter that no affected context has.
    """
    for function in functions.values():
        for context in function.affects:
            if context.name not in params:
                yield Problem(
                    "mizan_htmx.E001",
                    f"{function.place} affects the unknown context {context.name!r}.",
                    suggest(context.name, params, what="contexts"),
                    function,
                )
        known = {
            name for context in function.affects if context.name in params for name in params[context.name]
        }
        for param in function.affects_params or ():
            if param not in known and all(context.name in params for context in function.affects):
                yield Problem(
                    "mizan_htmx.E006",
                    f"{function.place}: affects_params names {param!r}, which is not a parameter of"
                    " any context it affects.",
                    suggest(param, known, what="parameters"),
                    function,
                )

"""Build a ``Function`` from a Python function and the options of ``@client``."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from asgiref.sync import iscoroutinefunction
from pydantic.fields import FieldInfo

from mizan_htmx.declarations.callables import check_callable, check_request, parameters_of
from mizan_htmx.declarations.functions import (
    BLOCK_FIELD,
    FUNCTION_FIELD,
    LOCAL,
    Auth,
    Context,
    Function,
    GlobalContext,
    global_takes_nothing,
)
from mizan_htmx.declarations.results import Result, TemplateResult, read_result
from mizan_htmx.declarations.signature import (
    Parameter,
    Signature,
    input_adapter,
    read_signature,
    returns_response,
    where,
)
from mizan_htmx.declarations.template_types import is_for_templates
from mizan_htmx.errors import DeclarationError
from mizan_htmx.protocol.keys import is_name


def declare(
    func: Callable[..., Any],
    *,
    context: str | Context | None,
    affects: str | Context | Iterable[str | Context] | None,
    affects_params: Iterable[str] | Mapping[str, str] | None,
    auth: object,
    private: bool,
    route: str | None,
    methods: Iterable[str] | None,
    websocket: bool,
    atomic: bool,
    data: bool = True,
) -> Function:
    """Return the declaration of a function; raise DeclarationError for one that is invalid."""
    _check_role(func, context, affects)
    signature = _signature(func)
    is_view = returns_response(signature.returns, func)
    targets = _contexts(func, affects)
    own = _context(func, context)
    if own is not None:
        signature = signature.of_a_context()
    _check_names(func, signature.parameters, own)
    _check_options(
        func, targets=targets, affects_params=affects_params, methods=methods, route=route, is_view=is_view
    )
    result = _result(
        func, signature.returns, data=data, context=own, targets=targets, is_view=is_view, websocket=websocket
    )
    return Function(
        name=func.__name__,
        func=func,
        parameters=signature.parameters,
        arguments=input_adapter(signature.parameters.values(), func),
        result=result,
        is_async=iscoroutinefunction(func),
        context=own,
        is_local=context == LOCAL,
        affects=targets,
        affects_params=_scope(func, affects_params, signature.parameters),
        auth=_auth(func, auth, signature.parameters),
        is_unguarded=auth is False,
        private=private,
        route=route,
        methods=_methods(methods, reads=own is not None),
        websocket=websocket,
        atomic=atomic,
    )


def _result(
    func: Callable[..., Any],
    returns: Any,
    *,
    data: bool,
    context: Context | None,
    targets: tuple[Context, ...],
    is_view: bool,
    websocket: bool,
) -> Result | None:
    reads, affects = context is not None, bool(targets)
    if is_for_templates(
        func, returns, data=data, reads=reads, affects=affects, is_view=is_view, websocket=websocket
    ):
        return TemplateResult()
    if not is_view:
        return read_result(returns, func, reads=reads)
    if websocket:
        raise DeclarationError(
            f"{where(func)} has websocket=True, but returns an HttpResponse. Annotate the data it returns."
        )
    return None


def _check_role(func: Callable[..., Any], context: object, affects: object) -> None:
    if context is not None and affects is not None:
        raise DeclarationError(
            f"{where(func)} has both context= and affects=. A function either reads a context or"
            " changes some: remove one."
        )


def _signature(func: Callable[..., Any]) -> Signature:
    check_callable(func)
    signature = read_signature(func)
    check_request(func)
    return signature


def _context(func: Callable[..., Any], context: str | Context | None) -> Context | None:
    if context is None or isinstance(context, Context):
        return context
    if not isinstance(context, str):
        raise DeclarationError(f"{where(func)}: context={context!r} must be a name or a Context.")
    return Context(func.__name__ if context == LOCAL else context)


def _contexts(func: Callable[..., Any], affects: Any) -> tuple[Context, ...]:
    if affects is None:
        return ()
    listed = [affects] if isinstance(affects, (str, Context)) else list(affects)
    if LOCAL in listed:
        raise DeclarationError(
            f"{where(func)}: affects='local' names no context. Name the context it changes."
        )
    found = [each if isinstance(each, Context) else _context(func, each) for each in listed]
    if not found:
        raise DeclarationError(
            f"{where(func)}: affects={affects!r} names no context. Leave it out, or name one."
        )
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _check_names(
    func: Callable[..., Any], parameters: Mapping[str, Parameter], context: Context | None
) -> None:
    if FUNCTION_FIELD in parameters:
        raise DeclarationError(
            f"{where(func)}: an argument can't be called 'fn': the field 'fn' names the function. Rename it."
        )
    for each in parameters.values():
        if _has_alias(each):
            raise DeclarationError(
                f"{where(func)}: argument {each.name!r} has an alias, but callers send it by its own"
                " name. Remove the alias, or rename the argument to it."
            )
    if context is None:
        return
    for each in parameters.values():
        if not is_name(each.name):
            raise DeclarationError(
                f"{where(func)}: {each.name!r} can't name a parameter of a context. Use ASCII letters."
            )
        if not each.scalar:
            raise DeclarationError(
                f"{where(func)}: parameter {each.name!r} of context {context.name!r} is {each.annotation!r}."
                " Parameters of a context are scalars: bool, int, float, Decimal, str, date, UUID, Enum."
            )
    if BLOCK_FIELD in parameters:
        raise DeclarationError(
            f"{where(func)}: a parameter of a context can't be called 'block': block URLs have that field."
            " Rename it."
        )
    if context.name == GlobalContext.name and parameters:
        raise DeclarationError(global_takes_nothing(where(func), parameters))


def _has_alias(parameter: Parameter) -> bool:
    facts = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(each, FieldInfo) and each.validation_alias for each in facts)


def _check_options(
    func: Callable[..., Any],
    *,
    targets: tuple[Context, ...],
    affects_params: object,
    methods: Iterable[str] | None,
    route: str | None,
    is_view: bool,
) -> None:
    if affects_params is not None and not targets:
        raise DeclarationError(
            f"{where(func)} has affects_params= without affects=. Name the contexts it affects."
        )
    for option, value in (("methods", methods), ("route", route)):
        if value is not None and not is_view:
            raise DeclarationError(
                f"{where(func)} has {option}=, which only a view can have. Annotate it"
                " '-> HttpResponse', or remove it."
            )
    if methods is not None and not methods:
        raise DeclarationError(
            f"{where(func)}: methods={methods!r} is empty. Leave it out, or name a method."
        )


def _scope(
    func: Callable[..., Any], affects_params: Any, parameters: Mapping[str, Parameter]
) -> Mapping[str, str] | None:
    if affects_params is None:
        return None
    if isinstance(affects_params, str):
        affects_params = [affects_params]
    pairs = (
        dict(affects_params)
        if isinstance(affects_params, Mapping)
        else {each: each for each in affects_params}
    )
    for argument in pairs.values():
        if argument not in parameters:
            raise DeclarationError(
                f"{where(func)}: affects_params names {argument!r}, which is not one of its arguments."
                f" Arguments: {', '.join(parameters) or 'none'}."
            )
    return pairs


def _methods(methods: Iterable[str] | None, *, reads: bool) -> tuple[str, ...]:
    if methods is None:
        return ("GET", "HEAD") if reads else ("POST",)
    listed = [methods] if isinstance(methods, str) else methods
    upper = [each.upper() for each in listed]
    if "GET" in upper:
        upper.append("HEAD")
    return tuple(dict.fromkeys(upper))


def _auth(func: Callable[..., Any], auth: object, parameters: Mapping[str, Parameter]) -> Auth | None:
    if auth is None or auth is False:
        return None
    if auth is True or auth == "required":
        return Auth("required")
    if auth in ("staff", "superuser"):
        return Auth(str(auth))
    if not callable(auth):
        raise DeclarationError(
            f"{where(func)}: auth={auth!r} is invalid."
            " Use True, 'required', 'staff', 'superuser' or a callable."
        )
    wanted = _wanted(func, auth, parameters)
    return Auth(
        level=None,
        check=auth,
        is_async=iscoroutinefunction(auth) or iscoroutinefunction(getattr(auth, "__call__", None)),  # noqa: B004
        parameters=tuple(wanted),
        adapter=input_adapter(wanted, func) if wanted else None,
    )


def _wanted(
    func: Callable[..., Any], auth: Callable[..., Any], parameters: Mapping[str, Parameter]
) -> list[Parameter]:
    """Return the arguments that an ``auth`` callable takes after the request."""
    taken = parameters_of(auth)
    if not taken or taken[0].kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD):
        raise DeclarationError(
            f"{where(func)}: its auth {where(auth)} takes no request. Its first argument must be the request."
        )
    check_request(auth, of=f"{where(func)}: its auth ")
    after_request = taken[1:]
    if any(each.kind is each.VAR_KEYWORD for each in after_request):
        return list(parameters.values())
    named = [each for each in after_request if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    for each in after_request:
        by_position = each.kind is each.POSITIONAL_ONLY
        if each.default is each.empty and (by_position or (each in named and each.name not in parameters)):
            raise DeclarationError(
                f"{where(func)}: its auth {where(auth)} takes {each.name!r}, which is not an argument of the"
                " function."
            )
    return [parameters[each.name] for each in named if each.name in parameters]

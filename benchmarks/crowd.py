"""Any number of functions: of ten, six are readers in two contexts, three affect these, one echoes.

Every ten have their own parameters, as in a site: no two contexts share a signature.
"""

from collections.abc import Callable
from typing import Any

from benchmarks import work

_SOURCE = """
def {name}(request: HttpRequest, {parameters}) -> {result}:
    return {value}
"""
_SCOPE = {"Part": work.Part, "part": work.part, "Echoed": work.Echoed}


def name_of(number: int) -> str:
    """Return the name of a function; all have the same length, so that all calls do."""
    return f"f{number:05}"


def bodies(functions: int) -> list[tuple[Callable[..., Any], dict[str, Any]]]:
    """Make the functions, and the options to declare each with."""
    from django.http import HttpRequest

    made = []
    for number in range(functions):
        source, options = _written(number)
        scope: dict[str, Any] = {"HttpRequest": HttpRequest, **_SCOPE, "__name__": "benchmarks.crowd"}
        exec(source, scope)
        made.append((scope[name_of(number)], options))
    return made


def _written(number: int) -> tuple[str, dict[str, Any]]:
    ten, place = divmod(number, 10)
    if place < 6:
        reads = {"parameters": f"key{ten}: int", "result": "Part", "value": f"part(key{ten}, {place})"}
        return _SOURCE.format(name=name_of(number), **reads), {"context": f"c{ten}.{place // 3}"}
    # The key has a default, because scale.py calls all functions alike.
    key = "" if place == 9 else f"key{ten}: int = 1, "
    answers = {"parameters": f"{key}text: str = ''", "result": "Echoed", "value": "Echoed(message=text)"}
    options = {} if place == 9 else {"affects": [f"c{ten}.0", f"c{ten}.1"]}
    return _SOURCE.format(name=name_of(number), **answers), options


def declared(functions: int) -> list[Any]:
    """Declare them."""
    from mizan_htmx import client

    return [client(**options)(body) for body, options in bodies(functions)]

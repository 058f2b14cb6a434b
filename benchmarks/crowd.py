"""As many functions as wanted: of ten, six are readers in two contexts, four change these.

Each ten have parameters of their own, as in a site: no two contexts share a signature.
"""

from collections.abc import Callable
from typing import Any

from benchmarks import work

_SOURCE = """
def {name}(request: HttpRequest, {key}: int{more}) -> {result}:
    return {value}
"""


def names(functions: int) -> list[str]:
    """List the names of those that can be called with a text, in order."""
    return [f"f{number}" for number in range(functions) if number % 10 >= 6]


def bodies(functions: int) -> list[tuple[Callable[..., Any], dict[str, Any]]]:
    """Make the functions, and the options to declare each with."""
    from django.http import HttpRequest

    made = []
    for number in range(functions):
        ten, place = divmod(number, 10)
        reads = place < 6
        # Whoever is called needs no key: scale.py calls them all alike.
        source = _SOURCE.format(
            name=f"f{number}",
            key=f"key{ten}",
            more="" if reads else " = 1, text: str = ''",
            result="Part" if reads else "Echoed",
            value=f"part(key{ten}, {place})" if reads else "Echoed(message=text)",
        )
        scope: dict[str, Any] = {"HttpRequest": HttpRequest, **_SCOPE, "__name__": "benchmarks.crowd"}
        exec(source, scope)
        options = {"context": f"c{ten}.{place // 3}"} if reads else {"affects": [f"c{ten}.0", f"c{ten}.1"]}
        made.append((scope[f"f{number}"], options))
    return made


def declared(functions: int) -> list[Any]:
    """Declare them."""
    from mizan_htmx import client

    return [client(**options)(body) for body, options in bodies(functions)]


_SCOPE = {"Part": work.Part, "part": work.part, "Echoed": work.Echoed}

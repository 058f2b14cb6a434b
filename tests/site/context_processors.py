"""What every template of the test project knows."""

from django.http import HttpRequest

from tools import htmx


def htmx_build(request: HttpRequest) -> dict[str, int | str | None]:
    """Give the build of htmx that the visitor asked for: ``?htmx=4``, or a cookie to keep it.

    ``2`` and ``4`` are those that django-htmx ships; a whole version such as ``4.0.1`` is one from npm.
    """
    wanted = request.GET.get("htmx") or request.COOKIES.get("htmx")
    if wanted in htmx.VERSIONS:
        return {"htmx_file": f"htmx/{wanted}/{htmx.FILE}", "htmx_version": None}
    return {"htmx_version": 4 if wanted == "4" else 2}

"""What every template of the test project knows."""

from django.http import HttpRequest

from tools import htmx

MORPHS = "+idiomorph"


def htmx_build(request: HttpRequest) -> dict[str, int | str | None]:
    """Give the build of htmx that the visitor asked for: ``?htmx=4``, or a cookie to keep it.

    ``2`` and ``4`` are those that django-htmx ships; a whole version such as ``4.0.1`` is one from npm. With
    ``+idiomorph`` behind it, Idiomorph comes along.
    """
    wanted = request.GET.get("htmx") or request.COOKIES.get("htmx", "")
    build = wanted.removesuffix(MORPHS)
    idiomorph = f"htmx/{htmx.IDIOMORPH}" if wanted.endswith(MORPHS) else None
    if build in htmx.VERSIONS:
        return {"htmx_file": f"htmx/{build}/{htmx.FILE}", "htmx_version": None, "idiomorph_file": idiomorph}
    return {"htmx_version": 4 if build == "4" else 2, "idiomorph_file": idiomorph}

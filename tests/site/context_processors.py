"""What every template of the test project knows."""

from django.http import HttpRequest

from tools import htmx


def htmx_build(request: HttpRequest) -> dict[str, object]:
    """Give the build of htmx that the visitor asked for: ``?htmx=4``, or a cookie to keep it.

    ``2`` and ``4`` are those that django-htmx ships; a whole version such as ``4.0.1`` is one from npm;
    ``none`` is a page without htmx. Behind it ``+`` and more: ``idiomorph`` comes along; with ``sync`` all
    scripts run where their tags stand; any other is a module in ``tests.site.bundles``, with htmx in it.
    """
    build, _, more = (request.GET.get("htmx") or request.COOKIES.get("htmx", "")).partition("+")
    known: dict[str, object] = {
        "htmx_version": 4 if build == "4" else 2,
        "idiomorph_file": f"htmx/{htmx.IDIOMORPH}" if more == "idiomorph" else None,
        "defer": more != "sync",
    }
    if build in htmx.VERSIONS:
        file = f"htmx/{build}/{htmx.FILE}"
        is_own = more not in ("", "idiomorph")  # of mizan_scripts, or of a bundle
        known |= {"htmx_version": file if more == "sync" else None, "htmx_file": None if is_own else file}
        known["bundle"] = {"name": more, "build": build} if is_own and more != "sync" else None
    if build == "none":
        known["htmx_version"] = None
        known["bundle"] = {"name": more, "build": build} if more else None
    return known

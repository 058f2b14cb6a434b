"""Modules with htmx in them, as bundlers make them: nothing of them is in the window by itself.

``first`` stands before the shim; ``handed`` and ``window`` stand behind it; ``late`` imports htmx when the
page has been loaded. ``old`` is no module: it has an htmx that the shim can't work with.
"""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path

from tools import htmx

# htmx 4 puts itself into the window, as a module, too: what bundlers split off does not.
MODULES = {
    "first": 'import htmx from "{}"; window.htmx = htmx;',
    "window": 'import htmx from "{}"; window.htmx = htmx;',
    "handed": 'import htmx from "{}"; delete window.htmx; mizan.start(htmx);',
    "late": (
        'addEventListener("pageshow", async () => {{ const {{ default: htmx }} = await import("{}");'
        " delete window.htmx; mizan.start(htmx); }}, {{ once: true }});"
    ),
    "old": 'window.htmx = {{ version: "1.9.12" }}; "{}";',
}


def module(request: HttpRequest, name: str, build: str) -> HttpResponse:
    """Give the text of a module."""
    source = static(f"htmx/{build}/{htmx.MODULE}")
    return HttpResponse(MODULES[name].format(source), content_type="text/javascript")


urlpatterns = [path("bundles/<str:build>/<str:name>.js", module, name="bundle")]

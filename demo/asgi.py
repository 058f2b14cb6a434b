"""The ASGI application of the demo: pages, compressed static files, and the socket of live pages."""

import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

from mizan_htmx import wrap_asgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")


class CompressedStaticFiles(ASGIStaticFilesHandler):
    """Serves static files compressed, as a web server in front of a site would."""

    def serve(self, request: HttpRequest) -> HttpResponse:
        served = super().serve(request)
        response = HttpResponse(b"".join(served), status=served.status_code, headers=served.headers)
        GZipMiddleware(lambda _: response).process_response(request, response)
        return response


application = wrap_asgi(CompressedStaticFiles(get_asgi_application()))

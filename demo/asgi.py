"""The ASGI application of the demo: pages, static files, and the socket of live pages."""

import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

from mizan_htmx import wrap_asgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")

application = wrap_asgi(ASGIStaticFilesHandler(get_asgi_application()))

"""The test project under ASGI: its pages, its static files, and its socket."""

import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

from mizan_htmx.channels import wrap_asgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.site.settings")

application = wrap_asgi(ASGIStaticFilesHandler(get_asgi_application()))

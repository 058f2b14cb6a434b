"""Settings of the test project: SQLite in a temporary file, a strict Content-Security-Policy, no debug."""

import json
import os
import tempfile
from pathlib import Path

import django

from tools import htmx

BASE = Path(__file__).parent

# A file and not memory: a live server's threads must have connections of their own. Servers in processes of
# their own are told where it is.
_DATABASE = os.environ.get("MIZAN_SITE_DATABASE") or str(
    Path(tempfile.gettempdir()) / f"mizan_htmx-tests-{os.getpid()}.sqlite3"
)

SECRET_KEY = "only for tests, where nothing is secret"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.site.urls"
WSGI_APPLICATION = "tests.site.wsgi.application"
ASGI_APPLICATION = "tests.site.asgi.application"
MIZAN_STRICT = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [("htmx", htmx.store())]
LOGIN_URL = "/login/"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "mizan_htmx",
    "tests.apps.cascading",
    "tests.apps.movies",
    "tests.apps.watched",
    "tests.site",
]
if django.VERSION < (6, 0):
    INSTALLED_APPS.append("template_partials")

MIDDLEWARE = [
    "tests.site.middleware.StrictPolicy",
    "tests.site.middleware.Cached",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tests.site.middleware.Spoken",
    "tests.site.middleware.Trouble",
    "tests.site.middleware.Refusal",
    "django_htmx.middleware.HtmxMiddleware",
    "mizan_htmx.middleware.MizanMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mizan_htmx.context_processors.global_context",
                "tests.site.context_processors.htmx_build",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _DATABASE,
        "TEST": {"NAME": _DATABASE},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # What the tests leave behind is not meant to outlive a crash.
            "init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;",
        },
    },
}

# The port of a cluster that tests.on_postgres has started.
if _port := os.environ.get("MIZAN_SITE_POSTGRES"):
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": "mizan",
        "HOST": "127.0.0.1",
        "PORT": _port,
    }

CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

CHANNEL_LAYERS = json.loads(os.environ.get("MIZAN_SITE_LAYERS", "{}"))

# Django 6.1 refuses chains in which the database cascades at one end and Python at the other. A database that
# was made without Django may hold them, and tests.apps.cascading has all of them.
SILENCED_SYSTEM_CHECKS = ["fields.E323", "models.E050"]

CRISPY_TEMPLATE_PACK = "bootstrap5"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

"""Settings of the demo, from the environment; without any of it, all in one process and one SQLite file.

=================  =====================================================================================
``DATABASE_URL``   such as ``postgres://user:password@host/name``; default: ``demo/var/db.sqlite3``
``REDIS_URL``      such as ``redis://host:6379/0``; default: channels in memory, for one process
``SECRET_KEY``     default: one that is made for this checkout and kept in ``demo/var``
``MEDIA_ROOT``     where the files on cards are kept; default: ``demo/var/media``
``DEBUG``          default: off
``ALLOWED_HOSTS``  comma-separated; default: this machine only
``EDGE_DOOR``      such as ``http://127.0.0.1:6082``: where a Varnish in front takes purges; default: none
``STRICT``         a variable of the page that a block was not given is an error; default: as ``DEBUG``
``SINGLE_FLIGHT``  the response to a change contains the stale blocks of the page; default: off
``DEMO_MODE``      signing in as anybody with one click; default: on while only this machine is allowed
=================  =====================================================================================
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import environ
from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parent
VAR = BASE / "var"
THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"]

env = environ.Env()


def own_secret_key() -> str:
    """Return the key of this checkout; create it if there is none."""
    file = VAR / "secret_key"
    try:
        VAR.mkdir(exist_ok=True)
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(50))
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"{error}. Set SECRET_KEY, and DATABASE_URL too.") from error


def database(url: str) -> dict[str, Any]:
    """Read a database URL; SQLite is set up for several writers at a time."""
    scheme = urlsplit(url).scheme  # not the whole URL in the message: it may have a password
    if scheme not in environ.Env.DB_SCHEMES:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {scheme!r}. It must be like postgres://user:password@host/name."
        )
    config: dict[str, Any] = environ.Env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        try:
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"{error}. DATABASE_URL names another place.") from error
        # A transaction that starts by reading can't wait for another writer: SQLite refuses it at once.
        own = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}
        config["OPTIONS"] = {**own, **config.get("OPTIONS", {})}
    else:
        config["CONN_HEALTH_CHECKS"] = True
    return config


SECRET_KEY = env.str("SECRET_KEY", default="") or own_secret_key()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=THIS_MACHINE)
DEMO_MODE = env.bool("DEMO_MODE", default=set(ALLOWED_HOSTS) <= set(THIS_MACHINE))

DATABASES = {"default": database(env.str("DATABASE_URL", default="") or f"sqlite:///{VAR / 'db.sqlite3'}")}

# What must survive an outage of Redis, such as sessions, is in the database. A request waits for Redis only
# to publish invalidations, one second at most.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    # The check for a layer that processes share: `serve` is the only process.
    SILENCED_SYSTEM_CHECKS = ["mizan_htmx.W004"]

MIZAN_STRICT = env.bool("STRICT", default=DEBUG)
MIZAN_SINGLE_FLIGHT = env.bool("SINGLE_FLIGHT", default=False)

EDGE_DOOR = env.str("EDGE_DOOR", default="")
if EDGE_DOOR:
    MIZAN_EDGE = {
        "default": {
            "BACKEND": "mizan_htmx.edge.backends.varnish.VarnishEdge",
            "OPTIONS": {"doors": EDGE_DOOR},
        }
    }

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(["template_partials"] if django.VERSION < (6, 0) else []),
    "django_htmx",
    # Before mizan_htmx, so that its form_page.html is the one that is found.
    "demo.board",
    "mizan_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "demo.board.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "demo.board.middleware.HtmxVersion",
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
                "demo.board.middleware.htmx_version",
            ],
        },
    },
]

ROOT_URLCONF = "demo.urls"
ASGI_APPLICATION = "demo.asgi.application"
AUTH_USER_MODEL = "board.Person"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "boards"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **options}
    for name, options in (
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": 10}}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"OPTIONS": {"user_attributes": ["username", "display_name"]}}),
    )
]
STATIC_URL = "static/"
# No URL serves this folder: a visitor who may not see a card must not get its files.
MEDIA_ROOT = env.str("MEDIA_ROOT", default="") or VAR / "media"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cookies are not kept apart by port, and a developer's browser knows more than one site on 127.0.0.1.
SESSION_COOKIE_NAME = "mizan_demo_session"
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # The refused client gets the reason in the response.
    "loggers": {"django.request": {"level": "ERROR"}},
}

"""The measured Django: settings of a process, handlers, and visitors."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.management import call_command
from django.db import connection

from benchmarks.wire import TOKEN

HERE = Path(__file__).resolve().parent

#: What `startproject` writes.
STARTPROJECT = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
#: The circumstances of a request: without middleware, without and with CSRF; and logged in, with middleware.
BARE, CSRF, LOGGED_IN = "bare", "csrf", "logged in"
CIRCUMSTANCES = (BARE, CSRF, LOGGED_IN)

_APPS = ("auth", "contenttypes", "sessions", "messages", "staticfiles")
_PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
)


class _CheckedRequest(WSGIRequest):
    """A request whose CSRF token has been used already."""

    csrf_processing_done = True


class _CheckedAsyncRequest(ASGIRequest):
    csrf_processing_done = True


def configure(apps: Iterable[str] = (), engines: Iterable[Any] = (), **more: Any) -> None:
    """Set Django up, with an empty database in memory; ``engines`` are further ones of templates."""
    partials = ["template_partials"] if django.VERSION < (6, 0) else []
    own = ["django_htmx", "mizan_htmx"]
    settings.configure(
        **{
            "SECRET_KEY": "only for measuring",
            "ALLOWED_HOSTS": ["*"],
            "ROOT_URLCONF": mount("none", []),
            "INSTALLED_APPS": [*(f"django.contrib.{name}" for name in _APPS), *partials, *own, *apps],
            "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
            "USE_TZ": True,
            "STATIC_URL": "/static/",
            "LOGGING_CONFIG": None,
            "TEMPLATES": [
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "DIRS": [HERE / "templates"],
                    "APP_DIRS": True,
                    "OPTIONS": {"context_processors": list(_PROCESSORS)},
                },
                *engines,
            ],
            **more,
        }
    )
    # Deliberate refusals are not logged.
    logging.getLogger("django").addHandler(logging.NullHandler())
    django.setup()


# Django caches a URLconf by its name, so each has its own.
_numbers = count()


def mount(name: str, patterns: Sequence[Any]) -> str:
    """Make a URLconf of these patterns, and return its name."""
    module = ModuleType(f"benchmarks_urls_{name}_{next(_numbers)}")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    return module.__name__


def using(urlconf: str) -> Callable[[], None]:
    """Return a function that makes Django use this URLconf."""

    def use() -> None:
        settings.ROOT_URLCONF = urlconf

    return use


def handler(circumstances: str, middleware: Iterable[str] = ()) -> WSGIHandler:
    """Return a WSGI handler; with a contestant's middleware if visitors are logged in."""
    made: WSGIHandler = _made(WSGIHandler, circumstances, middleware)
    if circumstances == BARE:
        made.request_class = _CheckedRequest
    return made


def async_handler(circumstances: str, middleware: Iterable[str] = ()) -> ASGIHandler:
    """Return an ASGI handler in the same way."""
    made: ASGIHandler = _made(ASGIHandler, circumstances, middleware)
    if circumstances == BARE:
        made.request_class = _CheckedAsyncRequest
    return made


def _made(kind: Any, circumstances: str, middleware: Iterable[str]) -> Any:
    settings.MIDDLEWARE = [*STARTPROJECT, *middleware] if circumstances == LOGGED_IN else []
    return kind()


#: The cookies of a visitor who is not logged in.
ANYBODY = f"csrftoken={TOKEN}"


def cookie(circumstances: str) -> str:
    """Return the cookies of a visitor; a logged-in one has a session in the database."""
    return f"{ANYBODY}; sessionid={_log_in()}" if circumstances == LOGGED_IN else ANYBODY


def _log_in() -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    call_command("migrate", verbosity=0)
    user, _ = User.objects.get_or_create(username="somebody")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the SQL inside the ``with`` block, without the statements that begin a transaction."""
    sent: list[str] = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql != "BEGIN":  # which only SQLite sends this way
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield sent

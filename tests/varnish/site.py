"""A small site behind the edge, in a process of its own: ``python -m tests.varnish.site PORT FOLDER``.

Its database is a file in FOLDER. A profile is public, an account is not.
"""

import os
import sys
from pathlib import Path

import django
import uvicorn
from django.conf import settings
from django.http import HttpRequest, HttpResponse

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])

settings.configure(
    SECRET_KEY="only for tests, where nothing is secret",
    ALLOWED_HOSTS=["site.test"],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_SCHEME", "https"),  # one that the edge does not know
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django_htmx",
        "mizan_htmx",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "mizan_htmx.middleware.MizanMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "site.sqlite3"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
)
django.setup()

from django.contrib.auth import login  # noqa: E402 - models need the settings
from django.contrib.auth.models import User  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import include, path  # noqa: E402

from mizan_htmx import Context, client, invalidate, register  # noqa: E402

PROFILE = Context("user", public=True, max_age=600)


@client(context=PROFILE)
def profile(request: HttpRequest, user_id: int, greeting: str | None = None) -> dict[str, str]:
    """Read a name that everyone may know."""
    user = get_object_or_404(User, pk=user_id)
    visitor = getattr(request, "user")  # noqa: B009 - which request this is, is what the test asks
    return {"name": user.first_name, "for": f"{greeting or ''}{visitor}"}


@client(context=PROFILE)
def profile_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show the name."""
    return HttpResponse(f"<h1>{get_object_or_404(User, pk=user_id).first_name}</h1>")


@client(context=Context("place", public=True, max_age=600))
def place(request: HttpRequest) -> str:
    """Say where the site is."""
    return request.build_absolute_uri("/")


@client(context="account", auth=True)
def account(request: HttpRequest) -> str:
    """Read what only the visitor may know."""
    return f"{request.user} is logged in"


@client(affects=PROFILE, route="/profile/<int:user_id>/rename/")
def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Give a user another name."""
    User.objects.filter(pk=user_id).update(first_name=name)
    return HttpResponse(status=204)


@client(affects=PROFILE, affects_params=[])
def rename_all(request: HttpRequest, name: str) -> HttpResponse:
    """Give all users another name."""
    User.objects.update(first_name=name)
    return HttpResponse(status=204)


@client(affects=PROFILE, route="/profile/<int:user_id>/crash/")
def crash(request: HttpRequest, user_id: int) -> HttpResponse:
    """Commit, and die before there is an answer."""
    User.objects.filter(pk=user_id).update(first_name="Changed before the crash")
    transaction.on_commit(lambda: os._exit(1))
    return HttpResponse(status=204)


def rename_many(request: HttpRequest) -> HttpResponse:
    """Name so many as stale that the list is as long as it may be."""
    User.objects.update(first_name="One of many")
    for user in User.objects.order_by("pk"):
        invalidate(request, "user", user_id=user.pk)
    return HttpResponse(status=204)


def enter(request: HttpRequest, user_id: int) -> HttpResponse:
    """Log in."""
    login(request, User.objects.get(pk=user_id))
    return HttpResponse(status=204)


def edit(request: HttpRequest) -> HttpResponse:
    """Show a page of the visitor's own, whose address could be a profile's."""
    return HttpResponse(f"{request.user} edits")


urlpatterns = [
    path("profile/edit/", edit),
    path("profile/<int:user_id>/", profile_page),
    path("profile/<int:user_id>/rename/", rename),
    path("profile/<int:user_id>/crash/", crash),
    path("rename-all/", rename_all),
    path("rename-many/", rename_many),
    path("enter/<int:user_id>/", enter),
    path("api/mizan/", include("mizan_htmx.urls")),
]

for function in (profile, profile_page, place, account, rename, rename_all, crash):
    register(function)


def main() -> None:
    """Make the database and the VCL, and serve."""
    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        User.objects.bulk_create(
            User(pk=pk, username=f"user{pk}", first_name=f"Name {pk}") for pk in range(1, 190)
        )
    exported = {"format": "vcl", "origin": f"127.0.0.1:{PORT}", "output": FOLDER / "edge.vcl"}
    call_command("export_edge_manifest", **exported)
    uvicorn.run(get_asgi_application(), port=PORT, lifespan="off", ws="none", log_level="warning")


if __name__ == "__main__":
    main()

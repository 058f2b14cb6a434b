"""The site that ``benchmarks.edge`` reads and changes: ``python -m benchmarks.edge_site PORT VCL JITTER``.

A number for each user, in memory: a database would only make the origin slower. After a reader has read, it
waits up to JITTER milliseconds; a mutation in that time makes the response stale before it is sent.
"""

import asyncio
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import django
import uvicorn
from django.conf import settings

settings.configure(
    SECRET_KEY="of a benchmark",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django_htmx", "mizan_htmx"],
    MIDDLEWARE=["mizan_htmx.middleware.MizanMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402 - needs the settings
from django.core.management import call_command  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402

from mizan_htmx import Context, client, register  # noqa: E402

USER = Context("user", public=True, max_age=600)
JITTER = 0.0
numbers: dict[int, int] = defaultdict(int)


@client(context=USER)
async def number(request: HttpRequest, user_id: int) -> int:
    """Read a user's number."""
    read = numbers[user_id]
    await asyncio.sleep(random.uniform(0, JITTER))
    return read


@client(context=USER)
async def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show it."""
    read = numbers[user_id]
    await asyncio.sleep(random.uniform(0, JITTER))
    return HttpResponse(f'{{"number":{read}}}')


@client(affects=USER)
async def count(request: HttpRequest, user_id: int) -> int:
    """Increase it by one, and return it."""
    numbers[user_id] += 1
    return numbers[user_id]


for function in (number, page, count):
    register(function)

urlpatterns = [path("profile/<int:user_id>/", page), path("api/mizan/", include("mizan_htmx.urls"))]


def main(arguments: Sequence[str]) -> None:
    """Write the VCL, and serve."""
    global JITTER
    port, vcl, jitter = int(arguments[0]), Path(arguments[1]), float(arguments[2])
    JITTER = jitter / 1000
    call_command(
        "export_edge_manifest", format="vcl", origin=f"127.0.0.1:{port}", output=vcl, stderr=sys.stdout
    )
    uvicorn.run(
        get_asgi_application(), port=port, lifespan="off", ws="none", log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main(sys.argv[1:])

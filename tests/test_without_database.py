"""A site without DATABASES is served."""

import os
import subprocess
import sys
from pathlib import Path

WITHOUT_DATABASE = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django_htmx", "template_partials", "mizan_htmx"][:: 1 if django.VERSION < (6, 0) else 2],
    ROOT_URLCONF="mizan_htmx.urls", SECRET_KEY="x", ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["mizan_htmx.middleware.MizanMiddleware"],
)
django.setup()
from django.test import Client
from mizan_htmx import client, invalidate, register

@register
@client(affects="people")
def change(request) -> int:
    invalidate(request, "people")
    return 1

@register
@client(context="people")
async def look(request) -> int:
    return 2

site = Client()
called = site.post("/call/", '{"fn": "change"}', content_type="application/json")
print(called.content, called.headers["X-Mizan-Invalidate"], site.get("/ctx/people/").content)
"""


def test_a_site_without_a_database_is_served() -> None:
    environment = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_DATABASE],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        env=environment,
    )
    assert run.stderr == ""
    assert run.stdout == ("""b'{"result":1,"invalidate":["people"]}' people b'{"look":2}'\n""")

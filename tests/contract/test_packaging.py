"""Checkout, editable install, sdist and wheel are whole: each carries templates, shim and types."""

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "py.typed",
    "static/mizan_htmx/mizan.js",
    "static/mizan_htmx/mizan.min.js",
    "static/mizan_htmx/mizan.min.js.map",
    "static/mizan_htmx/mizan.d.ts",
)

SETTINGS = """
import django

SECRET_KEY = "only for this test"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.staticfiles", "mizan_htmx", "django_htmx", "people"]
if django.VERSION < (6, 0):
    INSTALLED_APPS.append("template_partials")
MIDDLEWARE = [
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mizan_htmx.middleware.MizanMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "static/"
"""

URLS = """
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", TemplateView.as_view(template_name="page.html")),
    path("api/mizan/", include("mizan_htmx.urls")),
]
"""

CLIENTS = """
from django.http import HttpRequest, HttpResponse

from mizan_htmx import client

names = {5: "Ada"}

@client(context="user")
def user_name(request: HttpRequest, user_id: int) -> str:
    return names[user_id]

@client(affects="user")
def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    names[user_id] = name
    return HttpResponse(status=204)
"""

PAGE = """{% load mizan %}{% mizan_scripts %}
{% mizan_context "user" user_id=5 id="me" %}Hello {{ user_name }}{% endmizan_context %}"""

# Prints what the test compares. The block's URL is read off the page, as a browser does.
VISIT = """
import html, json, os, re

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()

import mizan_htmx
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

call_command("check", fail_level="WARNING", verbosity=0)
browser = Client()
page = browser.get("/").content.decode()
url = html.unescape(re.search('hx-get="([^"]+)"', page)[1])
call = {"fn": "rename", "user_id": "5", "name": "Grace"}
renamed = browser.post("/api/mizan/call/", call)
refresh = browser.get(url)
print(json.dumps({
    "package": mizan_htmx.__file__,
    "page": "Hello Ada" in page,
    "shim": finders.find("mizan_htmx/mizan.js"),
    "renamed": [renamed.status_code, renamed.headers.get("X-Mizan-Invalidate")],
    "refreshed": [refresh.status_code, refresh.headers.get("X-Mizan-Refresh")],
    "block": refresh.content.decode(),
    "misuse": browser.get(url.replace("block=", "block=x")).status_code,
}))
"""

PROJECT = {
    "settings.py": SETTINGS,
    "urls.py": URLS,
    "visit.py": VISIT,
    "people/__init__.py": "",
    "people/mizan_clients.py": CLIENTS,
    "people/templates/page.html": PAGE,
}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command outside of the checkout and give its output; fail with all it said when it fails."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "PYTHON"))
    }
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(folder: Path) -> Path:
    """Make an empty virtual environment and give its Python."""
    venv.create(folder, symlinks=True)
    return folder / "bin" / "python"


def install(python: Path, *requirements: str | Path) -> None:
    """Install ``requirements`` for ``python``, which needs no pip of its own."""
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    run(*pip, "--constraint", ROOT / "constraints.txt", *requirements, cwd=python.parent)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from the sdist, and give the folder they are in."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """Give the wheel that was built from the sdist."""
    return next(built.glob("*.whl"))


def files_of_the_checkout() -> set[str]:
    """Give what the checkout's package holds, its links followed."""
    walk = os.walk(ROOT / "mizan_htmx", followlinks=True)
    found = {Path(folder, name).relative_to(ROOT).as_posix() for folder, _, names in walk for name in names}
    return {name for name in found if "__pycache__" not in name}


def test_the_checkout_finds_templates_and_static_files_through_relative_links() -> None:
    package = ROOT / "mizan_htmx"
    assert {name: os.readlink(package / name) for name in ("static", "templates")} == {
        "static": "../static",
        "templates": "../templates",
    }
    assert [part for part in PARTS if not (package / part).is_file()] == []
    assert list(package.glob("templates/mizan_htmx/*.html"))


def test_the_wheel_holds_the_whole_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == files_of_the_checkout()


def test_the_sdist_holds_the_whole_package_as_plain_files(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        members = archive.getmembers()
    names = {member.name.partition("/")[2] for member in members}
    assert files_of_the_checkout() | {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= names
    assert [name for name in names if name.startswith("js/")] == []  # what is built from them is there
    assert [member.name for member in members if not member.isfile()] == []


def test_a_wheel_from_the_checkout_and_one_from_the_sdist_are_the_same(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_an_editable_install_is_the_checkout(tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    install(python, "hatchling")
    install(python, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    code = (
        "import importlib.util; print(importlib.util.find_spec('mizan_htmx').submodule_search_locations[0])"
    )
    assert Path(run(python, "-c", code, cwd=tmp_path).strip()) == ROOT / "mizan_htmx"


def test_an_installed_wheel_renders_and_refreshes_a_block(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    install(python, wheel)
    for name, text in PROJECT.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text, encoding="utf-8")

    seen = json.loads(run(python, "visit.py", cwd=tmp_path / "site").splitlines()[-1])

    package = Path(seen.pop("package")).parent
    assert package.is_relative_to(tmp_path)
    assert Path(seen.pop("shim")) == package / "static" / "mizan_htmx" / "mizan.js"
    block = seen.pop("block")
    assert 'id="me"' in block
    assert "Hello Grace" in block
    assert seen == {
        "page": True,
        "renamed": [204, "user;user_id=5"],
        "refreshed": [200, "1"],
        "misuse": 404,
    }

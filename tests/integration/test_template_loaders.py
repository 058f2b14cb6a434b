"""A site's template loaders, which ``template_partials`` replaces; each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import django
import pytest

ROOT = Path(__file__).resolve().parents[2]

SITE = '''
import json, os, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {folder!r}]
Path({folder!r}, "own_loader.py").write_text("""
from django.template import Origin
from django.template.loaders.base import Loader as Base
class Loader(Base):
    def get_template_sources(self, name):
        yield Origin(name="own:" + name, template_name=name, loader=self)
    def get_contents(self, origin):
        if origin.template_name != "own.html":
            from django.template import TemplateDoesNotExist
            raise TemplateDoesNotExist(origin)
        return "{{% partialdef a inline %}}OWN{{% endpartialdef %}}"
""")
os.makedirs(Path({folder!r}, "wrapping"), exist_ok=True)
Path({folder!r}, "wrapping", "__init__.py").write_text("")
Path({folder!r}, "wrapping", "apps.py").write_text("""
from django.apps import AppConfig
from django.conf import settings
class Wrapping(AppConfig):
    name = "wrapping"
    def ready(self):
        engine = settings.TEMPLATES[0]
        engine.pop("APP_DIRS", None)
        engine["OPTIONS"]["loaders"] = [("django.template.loaders.cached.Loader", ["own_loader.Loader"])]
""")
from django.conf import settings
given = json.loads(sys.argv[1])
settings.configure(
    SECRET_KEY="x", INSTALLED_APPS=given["apps"], ROOT_URLCONF=None, DATABASES={{}}, USE_TZ=True,
    TEMPLATES=[{{"BACKEND": "django.template.backends.django.DjangoTemplates", **given["engine"]}}],
)
import django
django.setup()
from django.core.checks import run_checks
from django.template.loader import get_template
def load(name):
    try:
        return get_template(name).render({{}}).strip()
    except Exception as error:
        return type(error).__name__
found = [each.id for each in run_checks(tags=["mizan_htmx"])]
seen = run_checks(tags=["mizan_htmx"])
messages = [f"{{each.msg}} {{each.hint}}" for each in seen if "E018" in each.id]
print(json.dumps([found, messages, load("own.html"), load("own.html#a")]))
'''

OWN = "own_loader.Loader"
FILES = "django.template.loaders.filesystem.Loader"
APPS = "django.template.loaders.app_directories.Loader"
CACHED = "django.template.loaders.cached.Loader"
PARTIALS = "template_partials.loader.Loader"
TAGS = [] if django.VERSION >= (6, 0) else ["template_partials.templatetags.partials"]

LOST = f"'template_partials' has replaced the site's template loaders: {OWN!r} is lost. "
HAS_PARTIALS = django.VERSION >= (6, 0)


def started(folder: Path, apps: list[str], **engine: Any) -> list[Any]:
    """Start a site; return the ids of its checks, what E018 says, and what its template and partial give."""
    options = {"builtins": TAGS, **engine.pop("OPTIONS", {})}
    given = {"apps": apps, "engine": {**engine, "OPTIONS": options}}
    script = SITE.format(root=str(ROOT), folder=str(folder))
    command = [sys.executable, "-c", script, json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "apps", [["mizan_htmx", "template_partials"], ["template_partials", "mizan_htmx"]], ids=str
)
@pytest.mark.parametrize(
    "loaders", [[OWN, FILES], [[CACHED, [FILES, OWN]]], [[CACHED, [[OWN, "argument"]]]]], ids=str
)
def test_e018_a_loader_of_the_sites_own_is_lost(tmp_path: Path, apps: list[str], loaders: list[Any]) -> None:
    found, messages, whole, _ = started(tmp_path, apps, OPTIONS={"loaders": loaders})
    assert whole == "TemplateDoesNotExist"
    assert "mizan_htmx.E018" in found
    (message,) = messages
    assert message.startswith(LOST)
    way = "Remove 'template_partials'" if HAS_PARTIALS else "'template_partials.apps.SimpleAppConfig'"
    assert way in message[len(LOST) :]


@pytest.mark.parametrize(
    "apps",
    [
        ["wrapping.apps.Wrapping", "template_partials", "mizan_htmx"],
        ["mizan_htmx", "wrapping.apps.Wrapping", "template_partials"],
        ["wrapping.apps.Wrapping", "mizan_htmx", "template_partials"],
    ],
    ids=str,
)
def test_e018_what_another_app_has_put_there_is_lost_too(tmp_path: Path, apps: list[str]) -> None:
    found, messages, whole, _ = started(tmp_path, apps, APP_DIRS=True)
    assert (whole, "mizan_htmx.E018" in found) == ("TemplateDoesNotExist", True)
    assert messages[0].startswith(LOST)


def test_e008_where_another_app_comes_after_it(tmp_path: Path) -> None:
    apps = ["template_partials", "wrapping.apps.Wrapping", "mizan_htmx"]
    found, _, whole, part = started(tmp_path, apps, APP_DIRS=True)
    expected = ("OWN", "OWN", False) if HAS_PARTIALS else ("OWN", "TemplateDoesNotExist", True)
    assert (whole, part, "mizan_htmx.E008" in found) == expected
    assert "mizan_htmx.E018" not in found


@pytest.mark.parametrize(
    "engine",
    [
        {"APP_DIRS": True},
        {},
        {"OPTIONS": {"loaders": [FILES, APPS]}},
        {"OPTIONS": {"loaders": [[CACHED, [FILES, APPS]]]}},
        {"NAME": "other", "OPTIONS": {"loaders": [OWN]}},
    ],
    ids=str,
)
def test_where_nothing_is_lost_nothing_is_said(tmp_path: Path, engine: dict[str, Any]) -> None:
    assert started(tmp_path, ["mizan_htmx", "template_partials"], **engine)[1] == []


def test_what_the_hint_says_to_write_keeps_both(tmp_path: Path) -> None:
    own: list[Any] = [[CACHED, [OWN, FILES, APPS]]]
    loaders = own if HAS_PARTIALS else [[PARTIALS, own]]
    apps = ["mizan_htmx"] if HAS_PARTIALS else ["mizan_htmx", "template_partials.apps.SimpleAppConfig"]
    found, messages, whole, part = started(tmp_path, apps, OPTIONS={"loaders": loaders})
    assert ("mizan_htmx.E008" in found, messages, whole, part) == (False, [], "OWN", "OWN")

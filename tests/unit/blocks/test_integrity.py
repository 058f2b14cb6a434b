"""Subresource integrity of the script tags."""

import re
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from mizan_htmx.blocks import integrity
from tests.helpers.blocks import Site

TAG = re.compile(r'<script [^>]*src="/static/([^"]*)"( [^>]*)?>')
HASHED = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


def hash_of(content: bytes) -> str:
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"


def served(site: Site, page: str = "{% mizan_scripts htmx=None %}") -> dict[str, str]:
    """Return the attributes after ``src`` of each script of the page, by its path."""
    return dict(TAG.findall(site.page(page)))


@pytest.fixture(autouse=True)
def with_integrity(settings: Settings) -> None:
    settings.MIZAN_SCRIPT_INTEGRITY = True
    integrity._hash_once.cache_clear()


@pytest.mark.parametrize("debug", [False, True])
def test_each_tag_has_the_hash_of_its_file(site: Site, settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug

    tags = served(site)

    assert len(tags) == 1 + debug
    for path, attributes in tags.items():
        found = finders.find(path)
        assert isinstance(found, str)
        assert f' integrity="{hash_of(Path(found).read_bytes())}" crossorigin="anonymous"' in attributes


def test_a_hash_is_that_of_the_file_as_it_was_collected(
    site: Site, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = []
    settings.STORAGES = {"staticfiles": {"BACKEND": HASHED}}
    call_command("collectstatic", interactive=False, verbosity=0)

    tags = served(site)

    assert re.fullmatch(r"mizan_htmx/mizan\.min\.[0-9a-f]{12}\.js", next(iter(tags)))
    for path, attributes in tags.items():
        assert f' integrity="{hash_of((tmp_path / path).read_bytes())}"' in attributes


def test_an_htmx_of_the_site_has_one_too(site: Site) -> None:
    tags = served(site, '{% mizan_scripts htmx="django_htmx/htmx-4.min.js" %}')

    found = finders.find("django_htmx/htmx-4.min.js")
    assert isinstance(found, str)
    assert hash_of(Path(found).read_bytes()) in tags["django_htmx/htmx-4.min.js"]


def test_without_the_app_for_static_files_the_package_knows_its_own(site: Site, settings: Settings) -> None:
    settings.INSTALLED_APPS = [
        name for name in settings.INSTALLED_APPS if name != "django.contrib.staticfiles"
    ]

    assert all("integrity" in attributes for attributes in served(site).values())


def test_a_file_that_can_not_be_read_is_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path

    with pytest.raises(ImproperlyConfigured, match=r"'missing\.js' can't be read .* Run collectstatic"):
        integrity.integrity_of("missing.js")


def test_without_the_setting_no_tag_has_one(site: Site, settings: Settings) -> None:
    settings.MIZAN_SCRIPT_INTEGRITY = False

    assert "integrity" not in site.page("{% mizan_scripts %}")

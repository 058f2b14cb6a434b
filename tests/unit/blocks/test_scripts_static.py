"""Where the scripts of a page are: looked up once, where their addresses stay the same."""

import re
from itertools import count
from typing import Any, ClassVar

import pytest
from django.contrib.staticfiles.storage import (
    ManifestFilesMixin,
    ManifestStaticFilesStorage,
    StaticFilesStorage,
)
from pytest_django import Settings

from mizan_htmx.blocks import scripts as page
from tests.helpers.blocks import Site

PATHS = [f"{page.MAIN}.min.js"]


class SigningStorage(StaticFilesStorage):
    """A storage whose addresses are others each time, as those with a signature are."""

    numbers = count(1)

    def url(self, name: str | None) -> str:
        """Sign."""
        return f"{super().url(name)}?signed={next(self.numbers)}"


class ManifestStorage(ManifestStaticFilesStorage):
    """A storage with a manifest of one file."""

    names: ClassVar[dict[str, str]] = {}

    def load_manifest(self) -> Any:
        """Give what was collected, and the hash of that."""
        release = self.names["hash"]
        return {path: path.replace(".js", f".{release}.js") for path in PATHS}, release


class SignedBelow(ManifestFilesMixin, SigningStorage):  # type: ignore[misc]  # as Django's own
    """A storage with a manifest, over one that signs."""

    def load_manifest(self) -> Any:
        """Give what was collected, and the hash of that."""
        return {path: path for path in PATHS}, "release"


class SignedInside(ManifestStaticFilesStorage):
    """A storage that signs what stands in its manifest."""

    load_manifest = SignedBelow.load_manifest

    def _url(self, *arguments: Any, **options: Any) -> str:
        plain = super()._url(*arguments, **options)  # type: ignore[misc]  # the stubs leave it out
        return f"{plain}?signed={next(SigningStorage.numbers)}"


def sources(html: str) -> list[str]:
    """List where the scripts of a page are."""
    return re.findall(r' src="([^"]*)"', html)


def test_scripts_are_where_the_static_files_are_now(site: Site, settings: Settings) -> None:
    for prefix in ("/static/", "https://cdn.example/a&b/", "/static/"):
        settings.STATIC_URL = prefix
        html = site.page("{% mizan_scripts htmx=None %}")
        assert sources(html) == [f"{prefix}{path}".replace("&", "&amp;") for path in PATHS]


@pytest.mark.parametrize("storage", ["SigningStorage", "SignedBelow", "SignedInside"])
def test_urls_that_are_signed_are_signed_for_each_page(site: Site, settings: Settings, storage: str) -> None:
    settings.STORAGES = {"staticfiles": {"BACKEND": f"{__name__}.{storage}"}}
    first, second = (sources(site.page("{% mizan_scripts htmx=None %}")) for _ in range(2))
    assert len({*first, *second}) == 2 * len(PATHS)


def test_scripts_are_those_of_the_manifest_of_now(site: Site, settings: Settings) -> None:
    for release in ("first", "second"):
        ManifestStorage.names["hash"] = release
        settings.STORAGES = {"staticfiles": {"BACKEND": f"{__name__}.ManifestStorage"}}
        for debug, infix in ((False, f".min.{release}"), (True, ""), (False, f".min.{release}")):
            settings.DEBUG = debug
            html = site.page("{% mizan_scripts htmx=None debug=False %}")
            assert sources(html) == [f"/static/mizan_htmx/mizan{infix}.js"]


def test_a_site_without_the_app_for_static_files_has_scripts_too(site: Site, settings: Settings) -> None:
    settings.INSTALLED_APPS = [
        name for name in settings.INSTALLED_APPS if name != "django.contrib.staticfiles"
    ]
    found = sources(site.page("{% mizan_scripts htmx=None %}"))
    assert found[: len(PATHS)] == [f"/static/{path}" for path in PATHS]

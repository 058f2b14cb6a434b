"""The notice that a session has ended."""

import re

import pytest
from pytest_django import Settings

from tests.helpers.blocks import Site, template_settings

NOTICE = "/api/mizan/session/notice/"


FILES = "django.template.loaders.filesystem.Loader"
PACKAGES = "django.template.loaders.app_directories.Loader"


@pytest.fixture
def site(site: Site, settings: Settings) -> Site:
    """Give the site, where the package's own templates are found behind the site's."""
    settings.TEMPLATES = template_settings(site.folder, loaders=[FILES, PACKAGES])
    return site


def links(site: Site, query: str = "") -> set[str]:
    """Give the addresses that the notice links to."""
    response = site.get(NOTICE + query)
    assert response.status_code == 200
    return set(re.findall(r'href="([^"]*)"', response.text))


def test_it_has_a_part_for_each_case_and_no_cache_keeps_it(site: Site) -> None:
    response = site.get(NOTICE + "?next=/page/")

    assert dict(response.headers) == {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    assert set(re.findall(r'data-mizan-when="(\w+)"', response.text)) >= {"ended", "other", "returned"}
    assert 'role="status"' in response.text
    assert "data-mizan-resend" in response.text
    assert not re.search(r"<script|<style| style=| on\w+=", response.text)


def test_it_leads_to_the_login_and_back(site: Site) -> None:
    assert links(site, "?next=/page/%3Fa%3D1%26b%3D%C3%BC") == {"/login/?next=/page/%3Fa%3D1%26b%3D%C3%BC"}


@pytest.mark.parametrize(
    "back",
    [
        "",
        "page/",
        "//evil.example/",
        "/%5Cevil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
    ],
)
def test_it_leads_back_to_pages_of_this_site_only(site: Site, back: str) -> None:
    assert links(site, f"?next={back}") == {"/login/"}


def test_where_nobody_signs_in_it_has_no_link(site: Site, settings: Settings) -> None:
    settings.LOGIN_URL = "no-such-view"

    assert links(site, "?next=/page/") == set()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_is_only_read(site: Site, method: str) -> None:
    response = site.request(method, NOTICE)

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_a_site_may_have_its_own(site: Site) -> None:
    (site.folder / "mizan_htmx").mkdir()
    site.write("mizan_htmx/session.html", "<p>{{ login_url }}</p>")

    assert site.get(NOTICE + "?next=/").text == "<p>/login/?next=/</p>"

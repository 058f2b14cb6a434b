"""What a page says when a request has failed: in every page, in its language, and in a site's own words."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation
from pytest_django import Settings

from mizan_htmx.blocks.error_messages import error_messages
from tests.helpers.blocks import Site, template_settings

FILES = "django.template.loaders.filesystem.Loader"
PACKAGES = "django.template.loaders.app_directories.Loader"
SLOT = '<div class="mizan-slot" role="status" aria-atomic="false" data-mizan-slot></div>'


def test_the_slot_is_an_empty_live_region() -> None:
    assert Template("{% load mizan %}{% mizan_errors %}").render(Context()) == SLOT


def test_there_is_a_text_for_what_may_happen_and_nothing_that_a_policy_forbids() -> None:
    html = error_messages()

    assert html.startswith("<template data-mizan-errors>")
    assert html.endswith("</template>")
    assert html.count("<template") == 1
    statuses = " ".join(re.findall(r'data-mizan-when="([^"]*)"', html)).split()
    assert {"0", "401", "403", "404", "409", "413", "422", "429", "5xx", "error"} <= set(statuses)
    assert not re.search(r"<script|<style| style=| on\w+=", html)


def test_each_language_has_its_own() -> None:
    with translation.override("de"):
        assert 'lang="de"' in error_messages()
    with translation.override("fr"):
        assert 'lang="fr"' in error_messages()


def test_a_site_may_have_its_own(site: Site, settings: Settings) -> None:
    settings.TEMPLATES = template_settings(site.folder, loaders=[FILES, PACKAGES])
    (site.folder / "mizan_htmx").mkdir()
    site.write("mizan_htmx/errors.html", "<p>Oh no: {{ request }}{{ user }}.</p>")

    page = site.page("{% mizan_scripts htmx=None %}")

    assert page.endswith("<template data-mizan-errors><p>Oh no: .</p></template>")


@pytest.mark.parametrize("loaders", [[FILES], [FILES, PACKAGES]], ids=len)
def test_they_are_found_where_a_site_finds_its_own_templates_only(
    site: Site, settings: Settings, loaders: list[str]
) -> None:
    settings.TEMPLATES = template_settings(site.folder, loaders=loaders)

    assert 'data-mizan-when="403"' in site.page("{% mizan_scripts htmx=None %}")

"""What rendering blocks costs beside what they show: nothing is loaded again, or waits to be freed."""

import gc
from typing import ClassVar

import django
from django.template import Origin
from django.template.loaders.filesystem import Loader
from pytest_django import Settings

from mizan_htmx.blocks.rendering import BlockContext
from tests.helpers.blocks import LOADERS, Site, blocks_of, template_settings

CARDS = (
    "{% for each in people %}"
    '{% mizan_context "user" user_id=each as card %}{% include "name.html" %}{% endmizan_context %}'
    "{% endfor %}"
)


class CountingLoader(Loader):
    """A loader that notes what it reads."""

    read: ClassVar[list[str]] = []

    def get_contents(self, origin: Origin) -> str:
        """Read a template."""
        self.read.append(str(origin.template_name))
        return super().get_contents(origin)


def contexts() -> list[BlockContext]:
    """List the contexts of blocks that are still there."""
    return [each for each in gc.get_objects() if type(each) is BlockContext]


def test_blocks_leave_nothing_to_the_garbage_collector(site: Site) -> None:
    gc.collect()
    before = len(contexts())
    gc.disable()
    try:
        html = site.raw(CARDS.replace('{% include "name.html" %}', "{{ user_profile.name }}"), people=[5, 6])
        assert len(blocks_of(html)) == 2
        assert len(contexts()) == before
    finally:
        gc.enable()


def test_what_blocks_include_is_loaded_once_for_a_page(site: Site, settings: Settings) -> None:
    counting = [f"{__name__}.CountingLoader"]
    loaders = counting if django.VERSION >= (6, 0) else [(LOADERS[0][0], counting)]
    settings.TEMPLATES = template_settings(site.folder, loaders=loaders)
    site.write("name.html", "[{{ user_profile.name }}]")
    CountingLoader.read.clear()
    html = site.page(CARDS, people=[5, 6, 5])
    assert [name in html for name in ("[Ada]", "[Bob]")] == [True, True]
    assert CountingLoader.read == ["page.html", "name.html"]

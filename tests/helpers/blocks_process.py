"""Renders a page with blocks in a process of its own: ``python -m tests.helpers.blocks_process <folder>``."""

import os
import sys
from pathlib import Path

import django

SOURCE = """
{% mizan_context "user" "notifications" user_id=5 with b=1 a="é" %}{{ user_profile.name }}
{% mizan_context "tag" tag="x" %}{{ tag_label }}{% endmizan_context %}{% endmizan_context %}
{% mizan_context "user" user_id=5 tab="c" %}{{ user_motto }}{% endmizan_context %}
"""


def main(folder: Path) -> None:
    """Print the HTML of a page that stands in ``folder`` alone."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.site.settings"
    django.setup()
    from django.test import override_settings

    from mizan_htmx.testing import isolated_registry
    from tests.helpers.blocks import Site, declare_readers, template_settings

    site = Site(folder)
    with (
        override_settings(TEMPLATES=template_settings(folder), SECRET_KEY="one"),
        isolated_registry(),
    ):
        declare_readers(site)
        sys.stdout.write(site.raw(SOURCE))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

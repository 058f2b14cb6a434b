"""The messages for failed requests, part of each page, because it may be offline when it needs them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template import Context, Template, TemplateDoesNotExist
from django.template.engine import Engine
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

TEMPLATE = "mizan_htmx/errors.html"

#: The element that a message is shown in, next to the element whose request failed.
SLOT = mark_safe('<div class="mizan-slot" role="status" aria-atomic="false" data-mizan-slot></div>')

# One entry for each language; a site without cached loaders has a new template each time.
_ENTRIES = 32


def error_messages() -> SafeString:
    """Render the messages in the active language, once for each language and without a request."""
    return _render(_template(), get_language())


@lru_cache(_ENTRIES)
def _render(template: Any, language: str | None) -> SafeString:
    html = template.render(Context()) if isinstance(template, Template) else template.render()
    return format_html("<template data-mizan-errors>{}</template>", mark_safe(html.strip()))


def _template() -> Any:
    """Return the template that the cached loader keeps; get_template() wraps it again each time."""
    try:
        found: Any = get_template(TEMPLATE)
    except TemplateDoesNotExist:  # the site's loaders find only its own templates
        return _own()
    return found.template


@lru_cache(1)
def _own() -> Template:
    libraries = {"i18n": "django.templatetags.i18n"}
    engine = Engine(dirs=[str(Path(__file__).parent.parent / "templates")], libraries=libraries)
    return engine.get_template(TEMPLATE)

"""What a page says when a request has failed: in the page from the start, since it may be offline by then."""

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

#: Where a message is put: nearest to the element that failed.
SLOT = mark_safe('<div class="mizan-slot" role="status" aria-atomic="false" data-mizan-slot></div>')

# As many languages as common sites have; a site without cached loaders has a new template each time.
_REMEMBERED = 32


def error_texts() -> SafeString:
    """Render the texts in the language of the page; once for each, so nothing of a request is in them."""
    return _written(_template(), get_language())


@lru_cache(_REMEMBERED)
def _written(template: Any, language: str | None) -> SafeString:
    html = template.render(Context()) if isinstance(template, Template) else template.render()
    return format_html("<template data-mizan-errors>{}</template>", mark_safe(html.strip()))


def _template() -> Any:
    """Return what the cached loader keeps: get_template() wraps it anew each time."""
    try:
        found: Any = get_template(TEMPLATE)
    except TemplateDoesNotExist:  # a site may have loaders that find its own templates only
        return _own()
    return found.template


@lru_cache(1)
def _own() -> Template:
    libraries = {"i18n": "django.templatetags.i18n"}
    engine = Engine(dirs=[str(Path(__file__).parent.parent / "templates")], libraries=libraries)
    return engine.get_template(TEMPLATE)

"""Django forms as mizan forms: rendered on the server, validated while typing, in the same registry."""

from mizan_htmx.forms.meta import mizanFormMeta
from mizan_htmx.forms.mixin import mizanFormMixin

__all__ = ["mizanFormMeta", "mizanFormMixin"]

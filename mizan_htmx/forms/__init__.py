"""Django forms, rendered by template tags, validated while typing, and callable as JSON functions."""

from mizan_htmx.forms.mixin import mizanFormMeta, mizanFormMixin

__all__ = ["mizanFormMeta", "mizanFormMixin"]

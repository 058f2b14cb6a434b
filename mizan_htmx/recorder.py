"""The former path of ``mizan_htmx.signals.invalidated``; it keeps working."""

from mizan_htmx.signals import invalidated

__all__ = ["invalidated"]

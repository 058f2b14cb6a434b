"""The former path of ``mizan_htmx.edge.drain``; it keeps working."""

from mizan_htmx.edge.purge_queue import drain

__all__ = ["drain"]

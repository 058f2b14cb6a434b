"""The former path of ``mizan_htmx.edge.edges``; it keeps working."""

from mizan_htmx.edge import edges

__all__ = ["edges"]

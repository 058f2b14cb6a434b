"""The former path of ``mizan_htmx.watch_model`` and ``mizan_htmx.WatchedQuerySet``; it keeps working."""

from mizan_htmx.invalidation.model_watch import WatchedQuerySet, watch_model

__all__ = ["WatchedQuerySet", "watch_model"]

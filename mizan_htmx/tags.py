"""The former path of ``tags_of`` and ``purge_tags`` of ``mizan_htmx.edge``; it keeps working."""

from mizan_htmx.protocol.cache_tags import Shape, purge_tags, tags_of
from mizan_htmx.protocol.keys import Invalidation

__all__ = ["Invalidation", "Shape", "purge_tags", "tags_of"]

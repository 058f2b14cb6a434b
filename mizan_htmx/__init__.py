"""Declare what reads and what affects; the header, the blocks and the caches follow."""

from mizan_htmx.client import Context, GlobalContext, client
from mizan_htmx.recorder import invalidate
from mizan_htmx.setup.registry import register

__all__ = ["Context", "GlobalContext", "client", "invalidate", "register"]
__version__ = "0.1.0"

"""Tests of ``mizan_htmx.invalidation``."""

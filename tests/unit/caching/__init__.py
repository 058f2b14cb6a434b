"""Tests of ``mizan_htmx.caching``."""

"""Tests of ``mizan_htmx.setup``."""

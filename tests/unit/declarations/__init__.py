"""Tests of ``mizan_htmx.declarations``."""

"""Tests of ``mizan_htmx.management``."""

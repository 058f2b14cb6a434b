"""Tests of ``mizan_htmx.channels.hub``."""

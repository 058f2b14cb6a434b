"""Tests of ``mizan_htmx.channels.socket``."""

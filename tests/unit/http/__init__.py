"""Tests of ``mizan_htmx.http``."""

"""Tests of ``mizan_htmx.edge``."""

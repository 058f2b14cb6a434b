"""Tests of ``mizan_htmx.forms``."""

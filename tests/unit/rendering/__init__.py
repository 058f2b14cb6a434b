"""Tests of ``mizan_htmx.rendering``."""

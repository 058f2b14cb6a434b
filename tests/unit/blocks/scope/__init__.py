"""Tests of ``mizan_htmx.blocks``."""

"""Tests of ``mizan_htmx.protocol``."""

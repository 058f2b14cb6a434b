"""Tests of ``mizan_htmx.edge.backends``."""

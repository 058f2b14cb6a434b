"""Tests of mizan_htmx; one file a module, and folders for what needs a browser."""

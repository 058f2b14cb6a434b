"""Tests of mizan_htmx: ``unit`` mirrors the package, the other folders say what they need or promise."""

"""Requests that fail: where a page says so."""

"""Attacks on a page."""

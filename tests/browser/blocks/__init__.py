"""Blocks in a browser: when they refresh, and how."""

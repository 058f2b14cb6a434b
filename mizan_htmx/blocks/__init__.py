"""Blocks: parts of a template that are bound to contexts, and that are rendered again when these change."""

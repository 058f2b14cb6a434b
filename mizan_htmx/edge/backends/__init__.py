"""The edges that ``MIZAN_EDGE`` can name, one a module."""

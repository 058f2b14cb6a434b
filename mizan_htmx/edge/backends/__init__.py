"""The edges that can be named in ``MIZAN_EDGE``, one a module."""

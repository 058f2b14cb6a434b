"""A small Django project that the unit tests and the browser tests share."""

"""Declared functions over HTTP: endpoints, views, arguments, CSRF and errors."""

"""Forms in a browser."""

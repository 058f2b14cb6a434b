"""What needs a Redis."""

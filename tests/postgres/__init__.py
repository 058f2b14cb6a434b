"""What needs a PostgreSQL."""

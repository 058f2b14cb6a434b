"""The hub of one process: who watches what, and what its sockets are sent."""

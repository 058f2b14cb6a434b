"""The hub of one process: what its sockets watch, and what is sent to them."""

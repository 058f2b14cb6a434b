"""One connection: its visitor, what it watches and subscribes to, and what it is sent."""

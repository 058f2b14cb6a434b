"""What a request or a model makes stale, and when others are told: after the commit."""

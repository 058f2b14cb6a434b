"""Invalidation: collected for each request and transaction, and published after the commit."""

"""What a refresh of a block preserves."""

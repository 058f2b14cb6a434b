"""What processes share: events over the channel layer, and the version store."""

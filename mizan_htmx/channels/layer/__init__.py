"""What crosses processes: publications over the channel layer, and the store of versions."""

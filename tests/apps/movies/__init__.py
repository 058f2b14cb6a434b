"""The app of the examples in README and docs."""

"""What the repository needs around the package; nothing in here is installed with it."""

"""What is measured, and not tested: how fast, and at what cost. See README.md."""

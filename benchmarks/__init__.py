"""Benchmarks: how fast the package is, and at what cost. See README.md."""

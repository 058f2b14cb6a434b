"""Tests with a real Varnish in front."""

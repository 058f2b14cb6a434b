"""Tiny apps and modules that tests import: what they declare, and how, is what is tested."""

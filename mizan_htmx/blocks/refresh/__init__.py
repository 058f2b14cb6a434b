"""Blocks rendered again: one, a batch, in the response to a mutation, and to see whether a page is fresh."""

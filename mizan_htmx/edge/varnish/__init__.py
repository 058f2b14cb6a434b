"""Varnish: the VCL made of the edge manifest."""

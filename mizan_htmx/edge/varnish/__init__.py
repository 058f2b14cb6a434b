"""Varnish: compiling the edge manifest to VCL."""

"""Channels and live contexts: one socket a page (needs the package ``channels``)."""

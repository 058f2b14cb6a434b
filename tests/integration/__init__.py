"""Servers, processes and transactions: several parts at once."""

"""An app that declares functions."""

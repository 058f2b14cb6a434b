"""An app whose functions clash with those of the app people."""

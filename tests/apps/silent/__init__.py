"""An app that declares nothing."""

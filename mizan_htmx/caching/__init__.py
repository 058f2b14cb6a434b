"""What shared caches may keep: responses of public contexts, rendered for nobody in particular."""

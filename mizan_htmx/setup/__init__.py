"""What happens at start: the registry, and the modules that register functions in it."""

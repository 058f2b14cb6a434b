"""What happens at start: the registry, discovery and the system checks."""

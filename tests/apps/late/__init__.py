"""A site whose functions are registered in its URLconf alone."""

"""A mirror of the package: one folder for each of its packages."""

"""What the repository promises: docs, README, demo, packaging, tools and the order of imports."""

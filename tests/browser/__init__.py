"""The shim and the blocks in a real browser, on htmx 2 and htmx 4."""

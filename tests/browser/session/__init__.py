"""Sessions in a browser: CSRF tokens, signing in and out, other tabs."""

"""The overlay of mizan-debug.js in a browser."""

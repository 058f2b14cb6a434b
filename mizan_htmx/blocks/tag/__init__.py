"""The tag ``{% mizan_context %}``: what is checked when it is compiled, and what it renders."""

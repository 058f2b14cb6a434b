"""What the template of a block sees: parameters, results of readers, what ``with`` passes. Not the page."""

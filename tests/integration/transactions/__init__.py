"""What is invalidated in a transaction is published with its commit, whatever fails after it."""

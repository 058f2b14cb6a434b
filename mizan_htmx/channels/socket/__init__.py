"""One connection: its visitor, subscriptions, watched keys and outgoing frames."""

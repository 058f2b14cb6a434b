"""An app whose ``mizan_clients`` can not be imported."""

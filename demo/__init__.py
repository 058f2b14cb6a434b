"""A team board that two people can really use, built with mizan_htmx."""

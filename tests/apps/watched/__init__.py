"""An app of models with every kind of relation, for the tests of what models make stale."""

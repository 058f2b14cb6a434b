"""The element of a block: the attributes of its tag, or an element of the author's."""

"""The wire format: keys of contexts and the tags of caches. Needs the standard library only."""

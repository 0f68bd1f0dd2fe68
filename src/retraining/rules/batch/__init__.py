"""What a batch table reads next, and whether a version can answer its rows."""

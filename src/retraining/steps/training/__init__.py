"""One fit: the rows it learns from, its log, its version."""

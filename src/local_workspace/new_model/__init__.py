"""Writes the first spec of a model from a table: what its columns are, what they are taken for, and why."""

"""Reads a source without writing anything."""

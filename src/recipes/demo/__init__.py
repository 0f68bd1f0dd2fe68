"""The examples' data. Nothing here is needed by your own models."""

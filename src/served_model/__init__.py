"""What a registered version is for its callers. Every version carries a copy of this package."""

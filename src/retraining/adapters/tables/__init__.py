"""Everything the product keeps in Delta tables."""

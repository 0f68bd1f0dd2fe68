"""What a model's YAML may say, one file a section."""

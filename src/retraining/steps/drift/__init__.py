"""A batch beside what the champion was trained on."""

"""What a decision may look at."""

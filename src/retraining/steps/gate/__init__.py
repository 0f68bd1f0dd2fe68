"""A candidate beside the champion on the hold-out."""

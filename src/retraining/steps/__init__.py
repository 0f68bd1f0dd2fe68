"""Parts of stages, in rooms by subject."""

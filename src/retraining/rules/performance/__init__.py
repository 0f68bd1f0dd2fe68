"""How well does a version do? Losses, labelled rows and what can be said without labels."""

"""How a model is kept up to date."""

"""The alias `champion`, and everything that moves it."""

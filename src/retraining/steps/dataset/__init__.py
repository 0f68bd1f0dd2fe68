"""The rows and columns that models see."""

"""Where the rows of a key are, and which versions learned from them."""

"""Loads files of a user into a Delta table: finds and reads them, guesses the types of text, writes the table."""

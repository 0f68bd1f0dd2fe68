"""Reading the tables that data comes from."""

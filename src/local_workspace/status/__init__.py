"""What the tables of the loop say about each model, read by SQL and put into words."""

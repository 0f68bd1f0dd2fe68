"""How one series is forecast, and how its model takes in new points without being estimated again."""

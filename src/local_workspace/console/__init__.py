"""How a run is shown: lines for logs, a live table for terminals."""

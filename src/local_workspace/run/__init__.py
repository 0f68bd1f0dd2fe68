"""How a job runs: its graph, its tasks, and how they ended."""

"""Many series of one model: their steps in time, which of them are fitted again, and how a panel is judged."""

"""What a run leaves for people: its page, its samples, its alerts."""

"""What a run of a model would do, judged from facts about its source."""

"""Does a batch look like what the champion was trained on? Counts in bins go in, distances and verdicts come out."""

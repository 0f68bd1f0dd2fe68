"""What to read next, whether the source keeps its contract, and which rows are fit for use."""

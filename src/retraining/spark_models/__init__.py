"""Models that Spark fits where the rows are, and that answer where the rows are."""

"""The commands, one file each: SUMMARY, EXAMPLES, add_arguments and execute. Spark is imported only when one runs."""

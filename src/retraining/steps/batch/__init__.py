"""The rows of a batch table: which are read, which are left out, who answers, and where the answers go."""

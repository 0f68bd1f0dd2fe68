"""One verb a file: read through adapters, ask a rule, write, return what was learned."""

"""Frozen records: what stages return and what the control tables store."""

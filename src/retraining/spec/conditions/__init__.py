"""Conditions in SQL that a quality rule may hold: an expression over one row, of known operators and functions."""

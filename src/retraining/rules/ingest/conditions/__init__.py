"""Conditions of quality rules as Spark columns that never raise: what a row answers, and whether it could."""

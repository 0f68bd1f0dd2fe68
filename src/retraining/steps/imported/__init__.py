"""Versions that this bundle did not fit."""

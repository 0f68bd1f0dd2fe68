"""Can a classifier tell new rows from training rows, and by what?"""

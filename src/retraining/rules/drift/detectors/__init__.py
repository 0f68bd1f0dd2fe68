"""Detectors of a changed error: a stream of errors or losses in, alarms out. One class a file."""

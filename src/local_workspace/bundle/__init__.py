"""Reads a bundle: its YAML files, the chosen target, its variables, references and jobs."""

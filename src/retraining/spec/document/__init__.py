"""A YAML file of specs/ as text, lines, keys and values, whatever it says."""

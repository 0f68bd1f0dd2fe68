"""Everything that `kind` in a model's spec decides: one file and one frozen object a kind."""

"""The only code that touches Delta, sources, MLflow and dbutils, one folder each."""

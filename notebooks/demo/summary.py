# Databricks notebook source
# MAGIC %md
# MAGIC # Example: what happened
# MAGIC The runs of both examples, and what the white paper's own promotion rule would have said.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo import summary
from recipes.demo.diabetes import paper_verdict
from retraining.spec.identifiers import quoted

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
schema = quoted(dbutils.widgets.get("catalog"), dbutils.widgets.get("schema"))

# COMMAND ----------
patients = summary.runs_of(spark, schema, summary.DIABETES)
display(summary.table_of_runs(patients, "batch"))
print(summary.reasons_of_runs(patients))
print(paper_verdict().sentence)

# COMMAND ----------
months = summary.runs_of(spark, schema, summary.FLIGHTS)
display(summary.table_of_runs(months, "month"))
print(summary.totals(months))
print(summary.reasons_of_runs(months))
print(summary.year_in_numbers(months))

# COMMAND ----------
# The same flights by a model that learns incrementally and retrains on evidence alone, once a quarter.
quarters = summary.runs_of(spark, schema, summary.SGD)
display(summary.table_of_runs(quarters, "month"))
print(summary.reasons_of_runs(quarters))

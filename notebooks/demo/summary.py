# Databricks notebook source
# MAGIC %md
# MAGIC # Example: what happened
# MAGIC The runs of both examples, and what the white paper's own promotion rule would have said.

# COMMAND ----------
import sys
from pathlib import Path

src = Path("../../src").resolve()
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo.diabetes import paper_verdict
from recipes.demo.summary import DIABETES, FLIGHTS, reasons_of_runs, runs_of, table_of_runs, totals, year_in_numbers

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
schema = f"{dbutils.widgets.get('catalog')}.{dbutils.widgets.get('schema')}"

# COMMAND ----------
patients = runs_of(spark, schema, DIABETES)
display(table_of_runs(patients, "batch"))
print(reasons_of_runs(patients))
print(paper_verdict().sentence)

# COMMAND ----------
months = runs_of(spark, schema, FLIGHTS)
display(table_of_runs(months, "month"))
print(totals(months))
print(reasons_of_runs(months))

# COMMAND ----------
print(year_in_numbers(months))

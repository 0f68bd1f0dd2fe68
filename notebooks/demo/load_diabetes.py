# Databricks notebook source
# MAGIC %md
# MAGIC # Example: load diabetes
# MAGIC Puts the first patients of the white paper's example into the source table; patients already there are left
# alone.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo.diabetes import KEYS, first_patients
from recipes.demo.put_rows import put_rows
from retraining.spec.identifiers import quoted

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("rows", "422")
table = quoted(dbutils.widgets.get("catalog"), dbutils.widgets.get("schema"), "diabetes_source")

# COMMAND ----------
added = put_rows(spark, first_patients(int(dbutils.widgets.get("rows"))), table, KEYS)
print(f"{added} patients added to {table}")

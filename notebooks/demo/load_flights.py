# Databricks notebook source
# MAGIC %md
# MAGIC # Example: load a month of flights
# MAGIC Puts one month of 2013 into the source table; flights already there are left alone.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo.flights import KEYS, flights_of_month
from recipes.demo.put_rows import put_rows
from retraining.spec.identifiers import quoted

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("month", "1")
table = quoted(dbutils.widgets.get("catalog"), dbutils.widgets.get("schema"), "flights_source")

# COMMAND ----------
month = int(dbutils.widgets.get("month"))
added = put_rows(spark, flights_of_month(month), table, KEYS)
dbutils.jobs.taskValues.set(key="ends_quarter", value=str(month % 3 == 0).lower())
print(f"{added:,} flights added to {table}")

# Databricks notebook source
# MAGIC %md
# MAGIC # Example: load series that are forecast
# MAGIC Puts the points up to a year (air_passengers) or a month of 2013 (route_demand) into the source table; points
# MAGIC already there are left alone.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo.put_rows import put_rows
from recipes.demo.series_examples import EXAMPLES
from retraining.spec.identifiers import quoted

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("model", "route_demand")
dbutils.widgets.text("until", "1")
example = EXAMPLES[dbutils.widgets.get("model")]
table = quoted(dbutils.widgets.get("catalog"), dbutils.widgets.get("schema"), example.table)

# COMMAND ----------
added = put_rows(spark, example.points_until(int(dbutils.widgets.get("until"))), table, example.keys)
print(f"{added:,} points added to {table}")

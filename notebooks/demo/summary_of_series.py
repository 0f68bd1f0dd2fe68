# Databricks notebook source
# MAGIC %md
# MAGIC # Example: what happened to the series
# MAGIC One row a batch: what was done with the series, and the live panel's error beside that of the seasonal naive
# MAGIC forecast and of fitting every series again.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo import summary_of_series as summary
from retraining.spec.identifiers import quoted

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
schema = quoted(dbutils.widgets.get("catalog"), dbutils.widgets.get("schema"))

# COMMAND ----------
passengers = summary.steps_of(spark, schema, "air_passengers")
display(summary.table_of_steps(passengers))
print(summary.accounted(passengers))
print(summary.year_in_numbers(passengers))

# COMMAND ----------
routes = summary.steps_of(spark, schema, "route_demand")
display(summary.table_of_steps(routes))
print(summary.accounted(routes))
print(summary.year_in_numbers(routes))

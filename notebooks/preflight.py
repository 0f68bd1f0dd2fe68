# Databricks notebook source
# MAGIC %md
# MAGIC # Preflight
# MAGIC Proves every right the loop needs, and prints the GRANT for each that is missing.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.preflight import preflight

# COMMAND ----------
stage = open_stage(spark, dbutils)
result = preflight(stage.context, stage.source_table, stage.landing)
print(result.summary)

# COMMAND ----------
result.raise_if_missing()

# Databricks notebook source
# MAGIC %md
# MAGIC # Validate
# MAGIC Says what a run of the model would do, from its spec and its source. Writes nothing.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.validate import validate

# COMMAND ----------
stage = open_stage(spark, dbutils)
result = validate(stage.context, stage.source_table, stage.landing)
print(result.summary)
stage.publish(findings=result.as_json)

# COMMAND ----------
result.raise_if_wrong()

# Databricks notebook source
# MAGIC %md
# MAGIC # Reproduce a version
# MAGIC Fits a registered version once more on the rows, the window and the base that its manifest names, and compares:
# MAGIC data hash, training error, predictions. Nothing is registered. Fails when the rows are not what they were.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.reproduce import reproduce

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"version": ""})
made = reproduce(stage.context, stage.parameter("version"))
print(made.summary)
made.raise_if_different()

# Databricks notebook source
# MAGIC %md
# MAGIC # Release retraining
# MAGIC Ends the wait for newer rows after a rollback, answers the open data faults (their rows are right), and records
# MAGIC why.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.release_retraining import release_retraining

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"reason": ""})
with stage.storing_errors("release_retraining"):
    made = release_retraining(stage.context, stage.parameter("reason"))
print(made.summary)

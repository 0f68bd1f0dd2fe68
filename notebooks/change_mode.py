# Databricks notebook source
# MAGIC %md
# MAGIC # Freeze or retire a model
# MAGIC Stores what the loop may do with the model from now on, and why. `change` is freeze, unfreeze, retire or
# MAGIC unretire; each is a job.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.change_mode import change_mode

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"change": "", "reason": ""})
with stage.storing_errors("change_mode"):
    made = change_mode(stage.context, stage.parameter("change"), stage.parameter("reason"))
print(made.summary)

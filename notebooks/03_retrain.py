# Databricks notebook source
# MAGIC %md
# MAGIC # 3. Retrain
# MAGIC Fits or updates one candidate on the rows before the hold-out and registers it as challenger.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.retrain import retrain

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"evaluation_id": ""})
with stage.storing_errors("retrain"):
    report = retrain(stage.context, stage.parameter("evaluation_id"))
print(report.summary)

# COMMAND ----------
stage.publish(retrain_key=report.retrain_key)

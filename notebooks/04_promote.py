# Databricks notebook source
# MAGIC %md
# MAGIC # 4. Promote
# MAGIC Judges the challenger on rows neither model was trained on; promotes it, or refuses it with reasons.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.promote import promote

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"retrain_key": ""})
with stage.storing_errors("promote"):
    report = promote(stage.context, stage.parameter("retrain_key"))
print(report.summary)

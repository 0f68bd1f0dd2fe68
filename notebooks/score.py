# Databricks notebook source
# MAGIC %md
# MAGIC # Score
# MAGIC Predicts new rows once, at arrival, with the champion of this moment.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.score import score

# COMMAND ----------
stage = open_stage(spark, dbutils)
with stage.storing_errors("score"):
    report = score(stage.context)
print(report.summary)

# COMMAND ----------
stage.publish(champion_version=report.champion_version)

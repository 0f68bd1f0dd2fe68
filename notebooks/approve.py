# Databricks notebook source
# MAGIC %md
# MAGIC # Approve
# MAGIC Answers for a candidate that passed the gate and waits: yes or no. Then run 04_promote, as the job does.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.approve import approve

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"approve": "", "candidate": "", "reason": ""})
answer, candidate = stage.parameter("approve"), stage.parameter("candidate")
with stage.storing_errors("approve"):
    report = approve(stage.context, answer, candidate, stage.parameter("reason"))
print(report.summary)

# COMMAND ----------
stage.publish(retrain_key=report.retrain_key)

# Databricks notebook source
# MAGIC %md
# MAGIC # Copy a version
# MAGIC Brings a version that another target fitted into this schema. Then run 04_promote, as the job does.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.requests.copy_version import read_copy
from retraining.stages.copy_version import copy_version

# COMMAND ----------
stage = open_stage(
    spark, dbutils, widgets={"source_model": "", "source_version": "", "trained_until": "", "reason": "", "trust": ""}
)
with stage.storing_errors("copy_version"):
    report = copy_version(stage.context, read_copy(stage.parameters))
print(report.summary)

# COMMAND ----------
stage.publish(retrain_key=report.manifest.retrain_key)

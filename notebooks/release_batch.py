# Databricks notebook source
# MAGIC %md
# MAGIC # Release a held batch
# MAGIC Lets a batch that failed a quality gate in, and records why.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.release_batch import release_batch

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"batch_seq": "", "reason": ""})
with stage.storing_errors("release_batch"):
    made = release_batch(stage.context, stage.parameter("batch_seq"), stage.parameter("reason"))
print(made.summary)

# Databricks notebook source
# MAGIC %md
# MAGIC # Score a batch table
# MAGIC Keeps the table `<batch>_scores`: the answers of a model to the rows of any table or query, one for each key.
# MAGIC specs/batches/<batch>.yml says which rows, and which version answers.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_batch import open_batch
from retraining.stages.score_batch import score_batch

# COMMAND ----------
stage = open_batch(spark, dbutils)
with stage.storing_errors():
    report = score_batch(stage.context)
print(report.summary)

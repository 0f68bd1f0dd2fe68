# Databricks notebook source
# MAGIC %md
# MAGIC # 1. Ingest
# MAGIC Brings the source's new rows into the observations exactly once: accepted, or quarantined with reasons.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.ingest import ingest

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"submitted": ""})
with stage.storing_errors("ingest"):
    report = ingest(stage.context, stage.source_table, stage.landing, stage.parameter("submitted"))
print(report.summary)

# COMMAND ----------
stage.publish(batch_seq=report.batch_seq)

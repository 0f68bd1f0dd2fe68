# Databricks notebook source
# MAGIC %md
# MAGIC # Repair ingestion
# MAGIC backfill, replay, abandon, rebaseline or rebuild, with the reason: the plan is one row of `watermarks`, which
# MAGIC the next ingestion carries out. The watermark never moves back, and no row is stored twice.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.requests.repair import read_repair
from retraining.stages.repair import repair

# COMMAND ----------
stage = open_stage(
    spark, dbutils, widgets={"action": "", "reason": "", "batch_seq": "", "start": "", "end": "", "source": ""}
)
with stage.storing_errors("repair"):
    request = read_repair(stage.parameters)
    made = repair(stage.context, stage.source_table, request, stage.landing)
print(made.summary)

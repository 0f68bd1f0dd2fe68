# Databricks notebook source
# MAGIC %md
# MAGIC # List models
# MAGIC Names every model that has a spec, or those whose turn it is, for the job that retrains them all.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_schedule
from retraining.stages.list_due import list_due

# COMMAND ----------
schedule = open_schedule(spark, dbutils)
models = list_due(schedule.tables, schedule.specs, schedule.now, schedule.due_only)
print(*models, sep="\n")

# COMMAND ----------
dbutils.jobs.taskValues.set(key="models", value=models)
dbutils.jobs.taskValues.set(key="any", value=str(bool(models)).lower())

# Databricks notebook source
# MAGIC %md
# MAGIC # List consumers
# MAGIC Names the endpoints, batch tables and webhooks that do not know the newest champion of their model.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_consumers import open_consumers
from retraining.stages.list_consumers import list_consumers

# COMMAND ----------
due = list_consumers(open_consumers(spark, dbutils).context)
print(due.summary)

# COMMAND ----------
dbutils.jobs.taskValues.set(key="endpoints", value=due.endpoints)
dbutils.jobs.taskValues.set(key="any_endpoint", value=str(bool(due.endpoints)).lower())
dbutils.jobs.taskValues.set(key="batches", value=due.batches)
dbutils.jobs.taskValues.set(key="any_batch", value=str(bool(due.batches)).lower())
dbutils.jobs.taskValues.set(key="due", value=due.as_json)

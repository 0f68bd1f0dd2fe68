# Databricks notebook source
# MAGIC %md
# MAGIC # Report
# MAGIC One row and one page for the run; fails if any task failed, because a run is judged by its last task.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.report import report

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"task_states": ""})
made = report(stage.context, stage.parameters["task_states"])
displayHTML(made.page)
print(made.summary)

# COMMAND ----------
made.raise_if_failed()
dbutils.notebook.exit(made.as_json)

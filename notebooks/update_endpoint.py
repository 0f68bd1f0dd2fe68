# Databricks notebook source
# MAGIC %md
# MAGIC # Update the endpoint
# MAGIC The endpoint of a model answers with its champion: started beside the old version, asked rows whose answers are
# MAGIC known, given more requests in steps, and taken back if it fails.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.adapters.serving.endpoints import open_endpoints
from retraining.open_stage import open_stage
from retraining.stages.update_endpoint import as_json, update_endpoint

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"version": ""})
with stage.storing_errors("update_endpoint"):
    made = update_endpoint(stage.context, open_endpoints(), stage.parameter("version"))
print(made.summary)

# COMMAND ----------
dbutils.notebook.exit(as_json(made))

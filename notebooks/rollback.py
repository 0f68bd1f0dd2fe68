# Databricks notebook source
# MAGIC %md
# MAGIC # Roll back
# MAGIC Puts the previous champion, or the version or date that you name, back, once it is known to load, and records
# MAGIC why.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.rollback import rollback

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"to_version": "", "to_date": "", "reason": ""})
to_version, to_date = stage.parameter("to_version"), stage.parameter("to_date")
reason = stage.parameter("reason")
with stage.storing_errors("rollback"):
    made = rollback(stage.context, to_version, reason, to_date)
print(made.summary)

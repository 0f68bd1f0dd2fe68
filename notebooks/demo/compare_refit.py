# Databricks notebook source
# MAGIC %md
# MAGIC # Example: what always fitting again would have given
# MAGIC Fits every series of a forecast again as of the batch before the newest, and compares the errors with those of
# MAGIC the live panel. Nothing is registered.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.compare_refit import compare_refit

# COMMAND ----------
stage = open_stage(spark, dbutils)
report = compare_refit(stage.context)
print(report.summary)

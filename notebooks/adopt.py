# Databricks notebook source
# MAGIC %md
# MAGIC # Adopt
# MAGIC Takes over a version that was registered by hand, so that the loop goes on from it.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.requests.adopt import read_adoption
from retraining.stages.adopt import adopt

# COMMAND ----------
# fmt: off
stage = open_stage(spark, dbutils, widgets={
    "version": "", "old_stage": "", "first_batch": "1", "last_batch": "",
    "label": "", "fit_seconds": "", "reason": "", "trust": "",
})
# fmt: on
with stage.storing_errors("adopt"):
    print(adopt(stage.context, read_adoption(stage.parameters)).summary)

# Databricks notebook source
# MAGIC %md
# MAGIC # Announce champions
# MAGIC Tells the webhooks of each new champion, and keeps which consumers follow it. Fails if one does not follow; the
# MAGIC next run tries it again.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_consumers import open_consumers
from retraining.stages.announce_champions import announce_champions

# COMMAND ----------
stage = open_consumers(spark, dbutils, widgets={"due": "[]", "endpoints_state": "", "batches_state": ""})
made = announce_champions(stage.context, stage.due, stage.states)
print(made.summary)

# COMMAND ----------
made.raise_if_behind()

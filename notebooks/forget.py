# Databricks notebook source
# MAGIC %md
# MAGIC # Forget keys
# MAGIC Deletes every row of the keys for good and refuses them from then on. A dry run, the default, only says what
# MAGIC would be deleted and which versions learned from them. Keys written into `keys` stay visible in the run's
# MAGIC parameters: name a `keys_table` where that matters.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import new_salt, open_stage
from retraining.requests.forget import ForgetRequest
from retraining.stages.forget import forget

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"keys": "", "keys_table": "", "reason": "", "dry_run": "true"})
reason, keys, keys_table = stage.parameter("reason"), stage.parameter("keys"), stage.table("keys_table")
request = ForgetRequest(reason, keys, keys_table, stage.switch("dry_run"))
specs, landing = stage.specs_of_source, stage.landing
made = forget(stage.context, specs, landing, request, new_salt())
print(made.summary)

# Databricks notebook source
# MAGIC %md
# MAGIC # 2. Check drift
# MAGIC Compares what has just arrived with what the champion was trained on, measures the champion on it, and decides:
# MAGIC keep it, update it, refit, or go back to the previous champion. `retrain` = true with a `reason` trains although
# MAGIC no new row is a reason to.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.requests.reason import wish_to_retrain
from retraining.stages.check_drift import check_drift

# COMMAND ----------
stage = open_stage(
    spark, dbutils, widgets={"champion_version": "", "freeze": "false", "retrain": "false", "reason": ""}
)
with stage.storing_errors("check_drift"):
    champion, frozen = stage.parameter("champion_version"), stage.switch("freeze")
    wish = wish_to_retrain(stage.switch("retrain"), stage.parameter("reason"))
    check = check_drift(stage.context, champion, frozen, wish)
print(check.summary)

# COMMAND ----------
stage.publish(should_retrain=check.decision.should_retrain, evaluation_id=check.decision.evaluation_id)

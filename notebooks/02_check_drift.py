# Databricks notebook source
# MAGIC %md
# MAGIC # 2. Check drift
# MAGIC Measures the champion on what has just arrived, and decides: keep it, or refit.

# COMMAND ----------
import sys
from pathlib import Path

src = Path("../src").resolve()
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import open_stage
from retraining.stages.check_drift import check_drift

# COMMAND ----------
stage = open_stage(spark, dbutils, widgets={"champion_version": ""})
check = check_drift(stage.spec, stage.tables, stage.registry, stage.run, stage.parameter("champion_version"))
print(check.summary)

# COMMAND ----------
stage.publish(should_retrain=check.decision.should_retrain, evaluation_id=check.decision.evaluation_id)

# Databricks notebook source
# MAGIC %md
# MAGIC # List models
# MAGIC Names every model that has a spec, for the job that retrains them all.

# COMMAND ----------
import sys
from pathlib import Path

src = Path("../src").resolve()
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_stage import list_models

# COMMAND ----------
models = list_models()
print(*models, sep="\n")

# COMMAND ----------
dbutils.jobs.taskValues.set(key="models", value=models)

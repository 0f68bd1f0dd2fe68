# Databricks notebook source
# MAGIC %md
# MAGIC # Example: what happened
# MAGIC The runs of both examples, and what the white paper's own promotion rule would have said.

# COMMAND ----------
import sys
from pathlib import Path

src = Path("../../src").resolve()
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from recipes.demo.diabetes import paper_verdict
from recipes.demo.summary import summary_of_runs

# COMMAND ----------
dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
schema = f"{dbutils.widgets.get('catalog')}.{dbutils.widgets.get('schema')}"

# COMMAND ----------
print(paper_verdict().sentence)
display(summary_of_runs(spark, schema))

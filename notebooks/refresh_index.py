# Databricks notebook source
# MAGIC %md
# MAGIC # Refresh a search index
# MAGIC Copies the documents that are new or changed to the container that the indexer reads, marks those that have
# MAGIC left, lets the indexer run, and asks the index what it holds. The table `index_documents` says it for each
# MAGIC document.

# COMMAND ----------
import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))

from retraining.open_index import open_index
from retraining.stages.refresh_index import refresh_index

# COMMAND ----------
stage = open_index(spark, dbutils)
made = refresh_index(stage.context, stage.allow_deletions)
print(made.summary)
made.raise_if_failed()
# Documents that really left, more than documents.most_deleted allows:
#   databricks bundle run refresh_index --params index=<index>,allow_deletions=true

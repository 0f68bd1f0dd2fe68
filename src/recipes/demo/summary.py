"""The demo's closing table."""

import pandas as pd
from pyspark.sql import SparkSession

COLUMNS = {
    "model": "model",
    "batch_seq": "batch",
    "rows_read": "read",
    "rows_accepted": "accepted",
    "rows_quarantined": "quarantined",
    "rows_already_present": "already present",
    "champion_before": "champion",
    "error_before": "its RMSE on the batch",
    "action": "decision",
    "first_reason": "first reason",
    "candidate_version": "candidate",
    "gate": "gate",
    "gate_sentence": "why",
    "champion_after": "champion now",
}


def summary_of_runs(spark: SparkSession, schema: str) -> pd.DataFrame:
    """One row a run, in the order the runs happened; the newest run of each batch."""
    events = spark.table(f"{schema}.events").orderBy("at").select(*COLUMNS).toPandas()
    newest = events.drop_duplicates(["model", "batch_seq"], keep="first")
    return newest.rename(columns=COLUMNS).round(2).astype(object).where(newest.notna().to_numpy(), "")

"""What a run may leave behind: the state that a rerun, or a run after a kill, is held against."""

from collections.abc import Mapping

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

COUNTS = ["batch_seq", "state", "watermark_after", "rows_read", "rows_accepted", "rows_quarantined"]


def state_of(spark: SparkSession, schema: str, source: str, model: str) -> dict[str, object]:
    """Everything about one model that is not a clock, an id or a log of runs."""

    def rows(table: str, *columns: str, **equals: str) -> list[list[object]]:
        frame = spark.table(f"{schema}.{table}")
        for column, value in equals.items():
            frame = frame.where(F.col(column) == F.lit(value))
        return sorted(([row[name] for name in columns] for row in frame.select(*columns).collect()), key=str)

    return {
        "batches": rows("watermarks", *COUNTS, source=source),
        "observations": rows(f"{source}_observations", "_row_key", "_batch_seq", "_quarantine_reasons"),
        "versions": rows("model_manifests", "role", "state", "version", "data_hash", model=model),
        "promotions": rows("promotions", "seq", "state", "outcome", "version", "previous_version", model=model),
        "aliases": aliases(f"{schema}.{model}"),
    }


def aliases(name: str) -> Mapping[str, str]:
    """{alias: version}; empty before the first registration."""
    try:
        return {alias: str(version) for alias, version in MlflowClient().get_registered_model(name).aliases.items()}
    except MlflowException:
        return {}

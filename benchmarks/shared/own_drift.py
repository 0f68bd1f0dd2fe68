"""The product's own references, pass and distances of a frame, for benchmarks.

python own_drift.py <reference parquet> <current parquet>: one line of JSON: seconds, peak megabytes. Session start
and reading the reference aside, as imports and reading are for the peers.
"""

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from shared.as_on_a_cluster import AS_ON_A_CLUSTER
from shared.drift_peers import read_numbers
from shared.peak_memory import peak_of_tree

import retraining
from local_workspace.engine import start_spark
from retraining.records.drift_reference import LABEL, PREDICTION, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.fit_references import fit_references
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.count_bins import count_bins
from retraining.stages.steps.measure_drift import measure_drift
from retraining.stages.steps.profile_batch import BatchProfiles

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Run("0", "0", "0", NOW, NOW, time.perf_counter)
_FEW = 1_000


def open_session(folder: Path) -> SparkSession:
    """Spark with its own settings; workers get the product by value, as open_stage does it."""
    cloudpickle.register_pickle_by_value(retraining)
    spark = start_spark(folder, persistent=False)
    for key, value in AS_ON_A_CLUSTER.items():
        spark.conf.set(key, value)
    return spark


def spec_of(columns: int) -> ModelSpec:
    """A regression on so many numbers."""
    names = [f"x{number}" for number in range(columns)]
    source = {"table": "rows", "ledger_column": "at", "keys": ["id"]}
    known = {"model": "bench", "kind": "regression", "recipe": "recipes.ridge.pipeline", "schedule": "daily"}
    return ModelSpec.model_validate({**known, "source": source, "columns": {"label": "y", "numeric": names}})


def references_of(spec: ModelSpec, frame: pd.DataFrame) -> tuple[DriftReference, ...]:
    """The product's references of the features."""
    made = fit_references(spec, frame, frame["x0"], frame["x0"], None, 1, "1", 1, RUN)
    return tuple(each for each in made if each.column_name not in (PREDICTION, LABEL))


def count(rows: DataFrame, spec: ModelSpec, references: tuple[DriftReference, ...]) -> None:
    """The product's own pass, and all distances of what comes back."""
    found = count_bins(rows, references, F.lit(1), F.col("day"))
    now = {each.column_name: {day: days[at] for (_, day), days in found.items()} for at, each in enumerate(references)}
    measure_drift(spec, references, BatchProfiles(now, {}), "e", 1, 1, RUN)


def timed(before: str, now: str) -> dict[str, float]:
    """With the fit of the references, in a session that has counted a batch of a thousand rows before."""
    with tempfile.TemporaryDirectory() as folder, peak_of_tree() as megabytes:
        spark = open_session(Path(folder))
        frame = read_numbers(before)
        spec, rows, few = spec_of(len(frame.columns)), spark.read.parquet(now), str(Path(folder, "few"))
        spark.createDataFrame(frame.head(_FEW)).withColumn("day", F.lit(NOW.date())).write.parquet(few)
        count(spark.read.parquet(few), spec, references_of(spec, frame.head(_FEW)))
        started = time.perf_counter()
        references = references_of(spec, frame)
        del frame  # the product counts a batch in another run than the one that fits the references
        pa.default_memory_pool().release_unused()
        count(rows, spec, references)
        seconds = time.perf_counter() - started
        spark.stop()
    return {"seconds": seconds, "megabytes": megabytes[0]}


if __name__ == "__main__":
    print(json.dumps(timed(*sys.argv[1:])))

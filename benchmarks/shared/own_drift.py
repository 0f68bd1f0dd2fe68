"""The product's own references, pass and distances of a frame, for benchmarks.

python own_drift.py fit <reference parquet> <references>: writes the references, as retraining does
python own_drift.py count <references> <parquet counted before> <current parquet>: as the check of a batch does

Each prints one line of JSON: seconds, peak megabytes. Reading the reference and the start of the session are aside, as
reading and imports are for the peers.
"""

import json
import pickle
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from shared.as_on_a_cluster import AS_ON_A_CLUSTER
from shared.drift_peers import read_numbers
from shared.peak_memory import peak_of_tree

import retraining
from local_workspace.engines.spark_session import start_spark
from retraining.records.drift import LABEL, PREDICTION, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.compare_batch import compare_batch, evaluation_of
from retraining.steps.drift.count_bins import count_bins
from retraining.steps.drift.profile_batch import BatchProfiles

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
    made = fit_references(spec, TrainingRows(frame, frame["x0"], frame["x0"], None), 1, "1", 1, RUN)
    return tuple(each for each in made if each.column_name not in (PREDICTION, LABEL))


def count(rows: DataFrame, spec: ModelSpec, references: tuple[DriftReference, ...]) -> None:
    """The product's own pass, and all distances of what comes back."""
    found = count_bins(rows, references, F.lit(1), F.col("day"))
    now = {each.column_name: {day: days[at] for (_, day), days in found.items()} for at, each in enumerate(references)}
    compare_batch(spec, references, BatchProfiles(now, {}), evaluation_of(references, "e", 1, 1), RUN)


def fit(before: str, place: str) -> dict[str, float]:
    """The references of a Parquet file, pickled into place."""
    with peak_of_tree() as megabytes:
        frame = read_numbers(before)
        spec = spec_of(len(frame.columns))
        references_of(spec, frame.head(_FEW))
        started = time.perf_counter()
        references = references_of(spec, frame)
        seconds = time.perf_counter() - started
    Path(place).write_bytes(pickle.dumps(references))
    return {"seconds": seconds, "megabytes": megabytes[0]}


def count_once(place: str, before: str, now: str) -> dict[str, float]:
    """A batch, in a session that has counted another one: Java compiles what it runs often."""
    references = pickle.loads(Path(place).read_bytes())
    spec = spec_of(len(references))
    with tempfile.TemporaryDirectory() as folder, peak_of_tree() as megabytes:
        spark = open_session(Path(folder))
        count(spark.read.parquet(before), spec, references)
        started = time.perf_counter()
        count(spark.read.parquet(now), spec, references)
        seconds = time.perf_counter() - started
        spark.stop()
    return {"seconds": seconds, "megabytes": megabytes[0]}


if __name__ == "__main__":
    what, *places = sys.argv[1:]
    print(json.dumps({"fit": fit, "count": count_once}[what](*places)))

"""Ask a version the newest requests in a fresh process, before it goes live."""

from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.registry.fresh_process import FreshProcess, ask_fresh_process
from retraining.adapters.registry.registry import load_files
from retraining.adapters.registry.spark_version import ask_spark_version
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.gate.smoke import Smoke, smoke
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spark_models.spark_pipeline import is_spark
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import columns_of_features, feature_columns
from served_model.served_model import ServedModel

REQUESTS = 100


def smoke_test(context: Context, source: IngestedSource, manifest: Manifest, process: FreshProcess) -> Smoke:
    """Up to 100 rows of the newest batch stand for requests. The fresh process gets them in the types of the source, as
    a caller has them. Here the same files, downloaded once, answer them as the loop reads them. A model of Spark is
    asked by MLflow in this session instead, with the types of its signature: its callers have Spark too.

    Raises TamperedModelError before any of them is used.
    """
    newest = source.current_rows(Selection(newer_than=manifest.batch_seq - 1), manifest.batch_seq)
    rows = newest.orderBy(ROW_KEY).limit(REQUESTS)
    version = str(manifest.version)

    with context.registry.checked_files(context.model, version, str(manifest.digest), manifest.files) as files:
        model = load_files(files, context.registry.spark_place)
        sent, read = _requests(context, model, rows)
        if isinstance(model, ServedModel) and is_spark(model.estimator):
            asked = _with_types(read)
            expected = kind_of(context.spec).as_predictions(model.estimator.predict(asked)).tolist()
            answers = ask_spark_version(files, asked)
        else:
            expected, answered = _answers(model, read)
            answers = ask_fresh_process(process, files, sent[answered].reset_index(drop=True))
    return smoke(version, answers, expected, context.spec.serving)


def _requests(context: Context, model: Any, rows: DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same rows as a caller sends them, and as the loop reads them. A version that was made elsewhere takes what
    the loop reads."""
    if not isinstance(model, ServedModel):
        read = rows.select(*feature_columns(context.spec)).toPandas()
        return read, read

    names = [feature.name for feature in model.features]
    typed = [F.col(f"`{name}`").alias(f"_sent_{place}") for place, name in enumerate(names)]
    cast = [column.alias(f"_read_{place}") for place, column in enumerate(columns_of_features(model.features, rows))]
    both = rows.select(*typed, *cast).toPandas()
    sent = both.iloc[:, : len(names)].set_axis(names, axis="columns")
    read = both.iloc[:, len(names) :].set_axis(names, axis="columns")
    return sent, read


def _with_types(read: pd.DataFrame) -> pd.DataFrame:
    """A column of texts without any text has no type that Spark could see: it gets an empty one."""
    empty = [name for name in read.columns if read[name].dtype == object and read[name].isna().all()]
    return read.assign(**dict.fromkeys(empty, ""))


def _answers(model: Any, read: pd.DataFrame) -> tuple[list[Any], "np.ndarray[Any, np.dtype[np.bool_]]"]:
    """The answers, and which rows they are about: a model that takes no gaps is not asked about rows that have one."""
    estimator = model.estimator if isinstance(model, ServedModel) else model
    answered = np.ones(len(read), dtype=bool)
    if not len(read):
        return [], answered
    try:
        predicted = estimator.predict(read)
    except ValueError:
        answered = read.notna().all(axis=1).to_numpy()
        predicted = estimator.predict(read[answered]) if answered.any() else np.zeros(0)
    typed = model.in_type_of_label(predicted) if isinstance(model, ServedModel) else np.asarray(predicted)
    return typed.tolist(), answered

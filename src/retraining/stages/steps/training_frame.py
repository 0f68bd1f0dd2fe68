"""The rows a model is trained on: the same rows for the same manifest, whenever it is asked."""

import logging
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import Committed
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import ledger_literal, ledger_number
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY, bucket
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.model_frame import LABEL, feature_columns, is_reserved, labelled

_SAMPLE_BUCKETS = 1_000_000_000
_HASH, _LEDGER = "_hash", "_ledger"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingFrame:
    """Features and label sorted by row key, and what identifies the rows. trained_until is the newest ledger value in
    it."""

    features: pd.DataFrame
    label: "pd.Series[Any]"
    rows: int
    sampled: bool
    data_hash: str
    trained_until: str


def trainable_rows(
    spec: ModelSpec, tables: Tables, ledger: Ledger, committed: Committed, before: str | None
) -> DataFrame:
    """Labelled current rows of the batches, below the bound, without reserved keys."""
    rows = observations.current_rows(tables, spec.source_name, committed, ledger.column)
    number = ledger.from_text(before)
    if number is not None:
        rows = rows.where(F.col(f"`{ledger.column}`") < ledger_literal(ledger, number))
    return labelled(spec, rows).where(~is_reserved(spec))


def read_training_frame(
    spec: ModelSpec, tables: Tables, ledger: Ledger, committed: Committed, before: str | None
) -> TrainingFrame:
    """Reads the rows to this machine: at most policy.max_rows, a keyed sample of them beyond that."""
    rows = trainable_rows(spec, tables, ledger, committed, before)
    most = spec.policy.max_rows
    frame = _collect(spec, ledger, rows.limit(most + 1))
    sampled = len(frame) > most
    if sampled:
        total = rows.count()
        _log.warning("%s: %d rows, training on a keyed sample of %d", spec.model, total, most)
        frame = _collect(spec, ledger, _keyed_sample(rows, total, most))
    if frame.empty:
        raise NothingToDoError(
            f"{spec.model}: no labelled row to train on up to batch {committed.through}. Ingest some first."
        )
    return TrainingFrame(
        frame[list(spec.columns.features)],
        frame[LABEL],
        len(frame),
        sampled,
        f"{len(frame)}:{sum(int(each) for each in frame[_HASH])}",
        str(ledger.to_text(frame[_LEDGER].max())),
    )


def _collect(spec: ModelSpec, ledger: Ledger, rows: DataFrame) -> pd.DataFrame:
    """Everything the fit and its record need, in one pass, sorted by key."""
    facts = [F.xxhash64(ROW_KEY, ROW_HASH).alias(_HASH), ledger_number(ledger).alias(_LEDGER)]
    frame = rows.select(ROW_KEY, LABEL, *facts, *feature_columns(spec)).toPandas()
    return frame.sort_values(ROW_KEY, ignore_index=True)


def _keyed_sample(rows: DataFrame, total: int, wanted: int) -> DataFrame:
    """Rows whose key hashes below the share, then exactly the wanted number of them."""
    position: Column = bucket("sample", _SAMPLE_BUCKETS)
    # Six standard deviations more than wanted, so that small samples are full too.
    share = int(_SAMPLE_BUCKETS * min(1.0, (wanted + 6 * wanted**0.5) / total))
    return rows.where(position < F.lit(share)).orderBy(position, ROW_KEY).limit(wanted)

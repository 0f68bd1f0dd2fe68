"""The rows that a model is trained on: the same rows for the same manifest, at any time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import Selection, arrived_after
from retraining.context import Context
from retraining.errors import NothingToDoError, SpecError
from retraining.records.version import LeftOut
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import ledger_literal, ledger_number
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY, bucket
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import (
    LABEL,
    feature_columns,
    features_of_spec,
    is_reserved,
    labelled,
    type_in,
)
from served_model.column_values import Feature

_SAMPLE_BUCKETS = 1_000_000_000
_HASH = "_hash"
_LEDGER = "_ledger"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """Which labelled rows: of the usable batches after newer_than, up to batch_seq, with a ledger value in
    [start, before), None for no bound, outside the days that a fit left out."""

    batch_seq: int
    start: Number | None
    before: Number | None
    newer_than: int = 0
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class RowFacts:
    """What identifies rows that were learned without being held at once."""

    rows: int
    hash_sum: int
    """Of the rows' hashes."""
    oldest: Number
    """Ledger value."""
    newest: Number
    """Ledger value."""


def joined_facts(facts: Sequence[RowFacts]) -> RowFacts:
    """Of several blocks, at least one, as if they were one."""
    return RowFacts(
        sum(each.rows for each in facts),
        sum(each.hash_sum for each in facts),
        min(each.oldest for each in facts),
        max(each.newest for each in facts),
    )


@dataclass(frozen=True)
class TrainingFrame:
    """Features, label and identity of the rows, sorted by row key."""

    table: pd.DataFrame
    columns: tuple[Feature, ...]
    """The features, with their types in the source."""
    label_type: str
    """The label's type in the source, as Spark SQL writes it."""
    ledger: Ledger
    sampled: bool
    facts: RowFacts | None = None
    """Of all rows that were learned, where the table is a keyed sample of them."""

    @property
    def row_facts(self) -> RowFacts:
        """Of the rows that were learned."""
        if self.facts is not None:
            return self.facts
        total = sum(int(row_hash) for row_hash in self.table[_HASH])
        return RowFacts(len(self.table), total, self.table[_LEDGER].min(), self.table[_LEDGER].max())

    @property
    def rows(self) -> int:
        """How many rows were learned."""
        return self.facts.rows if self.facts else len(self.table)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def features(self) -> pd.DataFrame:
        """The columns that a model sees."""
        return self.table[list(self.feature_names)]

    @property
    def label(self) -> "pd.Series[Any]":
        """The label of each row."""
        return self.table[LABEL]

    @property
    def days(self) -> NDArray[np.int64] | None:
        """Day of each row, counted from 1970-01-01; None where rows have no time."""
        if not self.ledger.has_time:
            return None
        return self.table[_LEDGER].to_numpy(np.int64) // self.ledger.units_a_day

    @property
    def data_hash(self) -> str:
        """Count and sum of the rows' hashes."""
        return f"{self.rows}:{self.row_facts.hash_sum}"

    @property
    def trained_until(self) -> str:
        """The newest ledger value."""
        return str(self.ledger.to_text(self.row_facts.newest))

    @property
    def trained_from(self) -> str:
        """The oldest ledger value."""
        return str(self.ledger.to_text(self.row_facts.oldest))

    def since(self, start: Number) -> "TrainingFrame":
        """The rows whose ledger value is not smaller."""
        return replace(self, table=self.table[self.table[_LEDGER] >= start].reset_index(drop=True))


def trainable_rows(
    context: Context, source: IngestedSource, bounds: Bounds, keys: DataFrame | None = None
) -> DataFrame:
    """Labelled current rows inside the bounds, without reserved keys and excluded days. keys (`_row_key`) leaves out
    all other keys."""
    spec = context.spec
    ledger = source.ledger
    selection = Selection(newer_than=bounds.newer_than, since=bounds.start, keys=keys)
    rows = source.current_rows(selection, bounds.batch_seq)

    # Not `before` of the selection: where a key's newest version is past the bound, its older ones are left out too.
    value = F.col(f"`{ledger.column}`")
    if bounds.before is not None:
        rows = rows.where(value < ledger_literal(ledger, bounds.before))

    excluded = [(days.start, days.end) for days in spec.strategy.exclude]
    if excluded and not ledger.has_time:
        raise SpecError(f"{spec.model}: strategy.exclude names days, but ledger {ledger.column} has no time.")
    doubted = [(days.first, days.last + timedelta(days=1)) for days in bounds.left_out]
    for period in (*excluded, *doubted):
        start, end = (ledger_literal(ledger, ledger.start_of(day)) for day in period)
        rows = rows.where((value < start) | (value >= end))

    return labelled(spec, rows).where(~is_reserved(spec))


def read_training_frame(context: Context, source: IngestedSource, bounds: Bounds) -> TrainingFrame:
    """Reads the rows to this machine: all of them up to policy.max_rows, else a keyed sample of that size."""
    spec = context.spec
    frame = read_sample(context, source, bounds, spec.policy.max_rows)
    if frame.sampled and spec.strategy.above_max_rows != "stream":
        _log.warning("%s: training on a keyed sample of %d rows", spec.model, len(frame.table))
    if frame.table.empty:
        raise NothingToDoError(_no_rows(spec, bounds))
    return frame


def read_sample(context: Context, source: IngestedSource, bounds: Bounds, most: int) -> TrainingFrame:
    """Up to that number of rows, a keyed sample where there are more; there may be none."""
    spec = context.spec
    ledger = source.ledger
    rows = trainable_rows(context, source, bounds)

    frame = _collect(spec, ledger, rows.limit(most + 1))
    sampled = len(frame) > most
    if sampled:
        frame = _collect(spec, ledger, keyed_sample(rows, rows.count(), most))
    return TrainingFrame(frame, features_of_spec(spec, rows), type_in(rows, spec.columns.label), ledger, sampled)


def describe_training_rows(context: Context, source: IngestedSource, bounds: Bounds) -> TrainingFrame:
    """The facts of all rows, which stay where they are. The table is a keyed sample of at most policy.max_rows: what a
    reference of the training rows is made from."""
    spec = context.spec
    ledger = source.ledger
    rows = trainable_rows(context, source, bounds)

    hashes = F.sum(_row_hash(spec).cast("decimal(38,0)"))
    value = ledger_number(ledger)
    count, total, oldest, newest = rows.agg(F.count(F.lit(1)), hashes, F.min(value), F.max(value)).collect()[0]
    if not count:
        raise NothingToDoError(_no_rows(spec, bounds))

    most = spec.policy.max_rows
    table = _collect(spec, ledger, rows if count <= most else keyed_sample(rows, count, most))
    facts = RowFacts(count, int(total), oldest, newest)
    label_type = type_in(rows, spec.columns.label)
    return TrainingFrame(table, features_of_spec(spec, rows), label_type, ledger, sampled=False, facts=facts)


def _no_rows(spec: ModelSpec, bounds: Bounds) -> str:
    return f"{spec.model}: no labelled row to train on up to batch {bounds.batch_seq}. Ingest some first."


def _row_hash(spec: ModelSpec) -> Column:
    """A row's hash covers the source's columns only, so a joined label is hashed too."""
    return F.xxhash64(ROW_KEY, *([ROW_HASH, LABEL] if spec.columns.joined else [ROW_HASH]))


def read_old_rows(context: Context, source: IngestedSource, bounds: Bounds, wanted: int) -> pd.DataFrame:
    """A keyed sample of what came before the rows of the bounds: of the batches up to newer_than, as they are now. Each
    batch_seq draws another one, so that no key is drawn every time and the same fit draws the same rows."""
    arrived = arrived_after(source.through(bounds.batch_seq), bounds.newer_than)
    rows = trainable_rows(context, source, replace(bounds, newer_than=0)).where(~arrived)
    total = rows.agg(F.count(F.lit(1))).collect()[0][0]
    most = min(wanted, context.spec.policy.max_rows)
    sample = keyed_sample(rows, max(1, total), most, f"rehearse {bounds.batch_seq}")
    return _collect(context.spec, source.ledger, sample)


def _collect(spec: ModelSpec, ledger: Ledger, rows: DataFrame) -> pd.DataFrame:
    """In one pass, sorted by key."""
    return rows.select(*columns_of_frame(spec, ledger)).toPandas().sort_values(ROW_KEY, ignore_index=True)


def columns_of_frame(spec: ModelSpec, ledger: Ledger) -> list[Column]:
    """Everything the fit and its record need."""
    identity = [_row_hash(spec).alias(_HASH), ledger_number(ledger).alias(_LEDGER)]
    return [F.col(ROW_KEY), F.col(LABEL), *identity, *feature_columns(spec)]


def keyed_sample(rows: DataFrame, total: int, wanted: int, purpose: str = "sample") -> DataFrame:
    """Rows whose key hashes below the share, then exactly the wanted number of them. Another purpose, another
    sample."""
    position: Column = bucket(purpose, _SAMPLE_BUCKETS)
    # Six standard deviations more than wanted, so that small samples are full too.
    share = int(_SAMPLE_BUCKETS * min(1.0, (wanted + 6 * wanted**0.5) / total))
    return rows.where(position < F.lit(share)).orderBy(position, ROW_KEY).limit(wanted)

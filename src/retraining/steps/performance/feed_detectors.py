"""Feeding the champion's newest labelled rows to the detectors: in the order of the ledger, each row once."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import predictions
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.drift import DetectorState
from retraining.records.version import Manifest
from retraining.rules.drift.detectors.feed import feed
from retraining.rules.drift.detectors.states import DETECTORS, from_json, to_json
from retraining.rules.ingest.ledger import Number
from retraining.rules.ingest.ledger_column import ledger_number
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import PREDICTION, IngestedSource
from retraining.steps.dataset.model_frame import LABEL, label_column

_FED = "state string, fed bigint, late bigint, newest string, alarms bigint, first_alarm string"
"""Ledger values travel as text: a decimal may have more digits than a bigint."""


def feed_detectors(
    context: Context, source: IngestedSource, champion: Manifest | None, expected: float | None
) -> tuple[DetectorState, ...]:
    """The champion's states after each batch, the newest last; empty without a champion, or while no error is
    expected yet.

    A new champion starts with fresh detectors. Rows go through one worker in order, so that nothing here grows with
    them. Rows older than those already fed are counted and left to the daily losses.
    """
    spec = context.spec
    batch_seq = source.committed.through
    if champion is None or not expected or batch_seq <= champion.batch_seq:
        return ()
    if not context.tables.exists(predictions.table_of(spec.model)):
        return ()

    version = str(champion.version)
    stored = read_rows(context.tables, DetectorState, spec.model)
    of_version = [row for row in source.numbers.own(stored) if row.version == version]
    own = [row for row in of_version if row.detector in spec.drift.detectors]
    last = [row for row in own if row.seq == own[-1].seq] if own else []
    if last and last[0].batch_seq >= batch_seq:
        return tuple(own)

    since = last[0].batch_seq if last else champion.batch_seq
    newest = source.ledger.from_text(last[0].newest) if last else None
    rows = _labelled_rows(context, source, version, since, expected)
    states = [row.state for row in last] or [to_json(DETECTORS[name]()) for name in spec.drift.detectors]
    fed = _feed(rows, newest, states)
    new_states = tuple(_row(context, source, version, batch_seq, row, next_seq(stored)) for row in fed)
    append_rows(context.tables, "detect", new_states)

    return (*own, *new_states)


def _labelled_rows(context: Context, source: IngestedSource, version: str, since: int, expected: float) -> DataFrame:
    """`_at`, `_row_key`, `error` (0 or 1: wrong, or further away than expected) and `loss` (0 to 1)."""
    columns = [label_column(context.spec), ledger_number(source.ledger).alias("_at")]
    rows = source.realised_predictions(context.model, columns, since, version)

    error, loss = kind_of(context.spec).detector_columns(PREDICTION, LABEL, expected)
    labelled = rows.where(F.col(LABEL).isNotNull())
    return labelled.select("_at", ROW_KEY, error.alias("error"), loss.alias("loss"))


def _feed(rows: DataFrame, newest: Number | None, states: Sequence[str]) -> list[dict[str, Any]]:
    """One row per detector, in their order."""

    def feed_partition(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        yield feed_batches(states, newest, batches)

    ordered = rows.repartition(1).sortWithinPartitions("_at", ROW_KEY).select("_at", "error", "loss")
    fed = [row.asDict() for row in ordered.mapInArrow(feed_partition, _FED).collect()]
    return fed or feed_batches(states, newest, ()).to_pylist()  # without rows, Spark may plan no partition


def feed_batches(states: Sequence[str], newest: Number | None, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """The columns of _FED for each detector after some Arrow batches of (`_at`, error, loss) in order. Rows older than
    newest come first and are only counted."""
    detectors = {str(place): from_json(state) for place, state in enumerate(states)}
    rows = 0
    late = 0
    first = dict.fromkeys(detectors, None)
    alarms = dict.fromkeys(detectors, 0)

    for batch in batches:
        at, errors, losses = (batch.column(place).to_numpy(zero_copy_only=False) for place in range(3))
        begin = 0 if newest is None else int(np.searchsorted(at, np.asarray(newest, at.dtype)))
        for name, places in feed(detectors, errors[begin:], losses[begin:]).items():
            alarms[name] += len(places)
            if places and first[name] is None:
                first[name] = str(at[begin + places[0]])
        rows += len(at) - begin
        late += begin
        newest = at[-1] if len(at) > begin else newest

    size = len(states)
    return pa.RecordBatch.from_pydict(
        {
            "state": pa.array([to_json(detector) for detector in detectors.values()], pa.string()),
            "fed": pa.array([rows] * size, pa.int64()),
            "late": pa.array([late] * size, pa.int64()),
            "newest": pa.array([None if newest is None else str(newest)] * size, pa.string()),
            "alarms": pa.array(list(alarms.values()), pa.int64()),
            "first_alarm": pa.array(list(first.values()), pa.string()),
        }
    )


def _number(text: str | None) -> Number | None:
    """A ledger value as it was fed, exact: digits, with a point where the ledger has one."""
    return None if text is None else Decimal(text)


def _row(
    context: Context, source: IngestedSource, version: str, batch_seq: int, fed: dict[str, Any], seq: int
) -> DetectorState:
    state = json.loads(fed["state"])
    newest, first = (source.ledger.to_text(_number(fed[name])) for name in ("newest", "first_alarm"))

    return DetectorState(
        model=context.model,
        version=version,
        seq=seq,
        detector=state["algorithm"],
        state=fed["state"],
        batch_seq=batch_seq,
        newest=newest,
        rows=fed["fed"],
        late=fed["late"],
        alarms=fed["alarms"],
        first_alarm=first,
        level=state["level"],
        source=source.name,
        **context.stamp,
    )

"""The control tables of one model: decisions, manifests, gate results, promotions, drift. Oldest row first."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from retraining.adapters.tables.tables import Fence, Tables
from retraining.errors import SkippedWriteError
from retraining.records.control import Control
from retraining.records.decision import Decision
from retraining.records.drift import DetectorState, DriftMetric, DriftProfile, DriftReference
from retraining.records.event import Event, IncidentChange, TaskError
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.serving import ConsumerUpdate
from retraining.records.version import Manifest

Sequenced = TypeVar(
    "Sequenced",
    Decision,
    Manifest,
    GateResult,
    Promotion,
    Control,
    DriftReference,
    DriftMetric,
    DetectorState,
    IncidentChange,
    ConsumerUpdate,
)

TABLE_OF: dict[type, str] = {
    Decision: "decisions",
    Manifest: "model_manifests",
    GateResult: "gate_results",
    Promotion: "promotions",
    Control: "controls",
    DriftReference: "drift_references",
    DriftMetric: "drift_metrics",
    DetectorState: "detector_states",
    DriftProfile: "drift_profiles",
    Event: "events",
    TaskError: "task_errors",
    IncidentChange: "incidents",
    ConsumerUpdate: "consumer_updates",
}
"""Where each record is stored."""


def read_rows(tables: Tables, record: type[Sequenced], model: str) -> list[Sequenced]:
    """All rows of a model in one control table, in the order they were written. Of a manifest only the newest row of
    each state, at the place of the first."""
    rows = sorted(tables.records(TABLE_OF[record], record, model=model), key=_position)
    newest = {_key(row): row for row in rows}
    return list(newest.values())


def _key(row: Sequenced) -> Any:
    """Later facts about a version are in later rows."""
    return (row.retrain_key, row.state) if isinstance(row, Manifest) else id(row)


def _position(row: Sequenced) -> tuple[int, bool]:
    """A decision and the note that the alias follows it share a seq."""
    return row.seq, isinstance(row, Promotion) and row.state == "APPLIED"


def next_seq(rows: Sequence[Sequenced]) -> int:
    """The number of the next row: a fenced append with it succeeds for one writer only."""
    return max((row.seq for row in rows), default=0) + 1


def append_rows(tables: Tables, step: str, rows: Sequence[Any]) -> None:
    """Appends rows of one model and one seq in one fenced commit. Raises ConcurrentRunError when another run wrote this
    seq."""
    first = rows[0]
    table = TABLE_OF[type(rows[0])]

    def taken() -> bool:
        there = tables.records(table, type(first), model=first.model, seq=first.seq)
        return any(getattr(each, "state", None) == getattr(first, "state", None) for each in there)

    append_once(tables, table, rows, Fence(step, first.model, first.seq), taken)


def append_once(tables: Tables, table: str, rows: Sequence[Any], fence: Fence, taken: Callable[[], bool]) -> None:
    """A transaction id outlives the rows that a RESTORE takes away. A write that was skipped although no row has its
    seq met such an id, and tries the next epoch. In the earlier epoch that seq can no longer be written, so that of two
    writers one still wins."""
    for epoch in range(1, _MOST_EPOCHS + 1):
        try:
            tables.append_records(table, rows, replace(fence, epoch=epoch))
            return
        except SkippedWriteError:
            if epoch == _MOST_EPOCHS or taken():
                raise


_MOST_EPOCHS = 100
"""How often a table may have been restored to a state before the same row."""


def read_references(tables: Tables, model: str, version: str) -> list[DriftReference]:
    """The references of one version, one a column and by its name; empty for a version older than them.

    Of several commits (an attempt killed in between, and the next one) the first counts.
    """
    rows = tables.records(TABLE_OF[DriftReference], DriftReference, model=model, version=version)
    first = min((row.seq for row in rows), default=0)
    return sorted((row for row in rows if row.seq == first), key=lambda row: row.column_name)


def read_profiles(tables: Tables, model: str, version: str, batch_seq: int) -> list[DriftProfile]:
    """What the batches of one number looked like in the bins of one version's references, one a source; empty where
    none was profiled."""
    return tables.records(TABLE_OF[DriftProfile], DriftProfile, model=model, version=version, batch_seq=batch_seq)


def append_profiles(tables: Tables, rows: Sequence[DriftProfile]) -> None:
    """Stores what some batches looked like, in one commit that the newest of them names: a version meets a batch once.
    Raises ConcurrentRunError when another run wrote it."""
    first = rows[0]
    newest = max(row.batch_seq for row in rows)
    fence = Fence("profile", f"{first.model}:{first.version}:{first.source}", newest)

    def taken() -> bool:
        there = read_profiles(tables, first.model, first.version, newest)
        return any(row.source == first.source for row in there)

    append_once(tables, TABLE_OF[DriftProfile], rows, fence, taken)


def append_event(tables: Tables, event: Event, seq: int) -> None:
    """Appends the row of a run, the seq-th of its model."""

    def taken() -> bool:
        return len(tables.records(TABLE_OF[Event], Event, model=event.model)) >= seq

    append_once(tables, TABLE_OF[Event], [event], Fence("report", event.model, seq), taken)


def read_events(tables: Tables) -> list[Event]:
    """All runs of all models, oldest first."""
    return sorted(tables.records(TABLE_OF[Event], Event), key=lambda row: row.at)


def append_error(tables: Tables, error: TaskError) -> None:
    """Appends what stopped an attempt of a task, which stops but once."""
    tables.append_records(TABLE_OF[TaskError], [error], Fence("error", f"{error.model}:{error.attempt_id}", 1))


def read_errors(tables: Tables, model: str, run_ids: Collection[str]) -> list[TaskError]:
    """The errors of some runs, oldest first."""
    rows = tables.records(TABLE_OF[TaskError], TaskError, model=model)
    return sorted((row for row in rows if row.run_id in run_ids), key=lambda row: row.at)


def append_consumer_update(tables: Tables, update: ConsumerUpdate) -> None:
    """Appends that a consumer follows a version, once for each promotion and consumer."""

    def taken() -> bool:
        there = tables.records(TABLE_OF[ConsumerUpdate], ConsumerUpdate, model=update.model, seq=update.seq)
        return any(row.consumer == update.consumer for row in there)

    fence = Fence("consumer", f"{update.model}:{update.consumer}", update.seq)
    append_once(tables, TABLE_OF[ConsumerUpdate], [update], fence, taken)

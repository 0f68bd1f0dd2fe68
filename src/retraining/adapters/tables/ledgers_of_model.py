"""The control tables of one model: decisions, manifests, gate results, promotions, drift. Oldest row first."""

from collections.abc import Sequence
from typing import Any, TypeVar

from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.decision import Decision
from retraining.records.drift_metric import DriftMetric
from retraining.records.drift_reference import DriftReference
from retraining.records.event import Event
from retraining.records.gate_result import GateResult
from retraining.records.manifest import Manifest
from retraining.records.promotion import Promotion

Sequenced = TypeVar("Sequenced", Decision, Manifest, GateResult, Promotion, DriftReference, DriftMetric)

TABLE_OF: dict[type, str] = {
    Decision: "decisions",
    Manifest: "model_manifests",
    GateResult: "gate_results",
    Promotion: "promotions",
    DriftReference: "drift_references",
    DriftMetric: "drift_metrics",
}


def read_rows(tables: Tables, record: type[Sequenced], model: str) -> list[Sequenced]:
    """All rows of a model in one control table, in the order they were written. Of a manifest only the newest row of
    each state, at the place of the first."""
    rows = sorted(tables.records(TABLE_OF[record], record, model=model), key=_position)
    newest = {_key(row): row for row in rows}
    return list(newest.values())


def _key(row: Sequenced) -> Any:
    """What is later said of a version is said in another row."""
    return (row.retrain_key, row.state) if isinstance(row, Manifest) else id(row)


def _position(row: Sequenced) -> tuple[int, bool]:
    """A decision and the note that the alias follows it share a seq."""
    return row.seq, isinstance(row, Promotion) and row.state == "APPLIED"


def next_seq(rows: Sequence[Sequenced]) -> int:
    """The number of the next row: a fenced append with it succeeds for one writer only."""
    return max((row.seq for row in rows), default=0) + 1


def append_rows(tables: Tables, step: str, rows: Sequence[Any]) -> None:
    """Appends rows of one model and one seq in one fenced commit."""
    first = rows[0]
    tables.append_records(TABLE_OF[type(first)], rows, Fence(step, first.model, first.seq))


def read_references(tables: Tables, model: str, version: str) -> list[DriftReference]:
    """The references of one version, one a column and by its name; empty for a version older than them.

    Of several commits (an attempt killed in between, and the next one) the first counts.
    """
    rows = tables.records("drift_references", DriftReference, model=model, version=version)
    first = min((row.seq for row in rows), default=0)
    return sorted((row for row in rows if row.seq == first), key=lambda row: row.column_name)


def append_event(tables: Tables, event: Event, seq: int) -> None:
    """Appends the row of a run."""
    tables.append_records("events", [event], Fence("report", event.model, seq))


def read_events(tables: Tables) -> list[Event]:
    """All runs of all models, oldest first."""
    return sorted(tables.records("events", Event), key=lambda row: row.at)

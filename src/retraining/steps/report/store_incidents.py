"""Incidents as rows, so that dashboards and alerts can see them."""

from collections.abc import Sequence

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.records.event import Incident, IncidentChange
from retraining.records.run import Run
from retraining.rules.incidents import not_stored


def store_incidents(context: Context, incidents: Sequence[Incident]) -> None:
    """One commit with every opening and every end that has no row yet. What a killed run did not store, the next run
    does."""
    stored = read_rows(context.tables, IncidentChange, context.model)
    news = not_stored(incidents, stored)
    seq = next_seq(stored)
    if news:
        append_rows(context.tables, "incident", [_row(each, seq, context.run) for each in news])


def _row(incident: Incident, seq: int, run: Run) -> IncidentChange:
    return IncidentChange(
        model=incident.model,
        seq=seq,
        incident=incident.id,
        kind=incident.kind,
        state=incident.state,
        opened_batch=incident.opened_batch,
        opened_at=incident.opened_at,
        batch_seq=incident.newest_batch,
        line=incident.line,
        **run.stamp,
    )

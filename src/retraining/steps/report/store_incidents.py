"""Incidents as rows, so that dashboards and alerts can see them, and people are notified once."""

from collections.abc import Collection, Sequence

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.context import Context
from retraining.records.event import Incident, IncidentChange
from retraining.records.run import Run
from retraining.rules.incidents import not_notified, not_stored


def store_incidents(
    context: Context,
    incidents: Sequence[Incident],
    stored: Sequence[IncidentChange],
    unreached: Collection[str],
) -> None:
    """One commit with every opening and every end that has no row yet, or that has now arrived where it had not.
    unreached: ids of incidents that a webhook did not take. What a killed run did not store, the next run does."""
    arrived = [each for each in not_notified(incidents, stored) if each.id not in unreached]
    new = not_stored(incidents, stored)
    seq = next_seq(stored)
    rows = [each for each in incidents if each in new or each in arrived]
    if rows:
        changes = [_row(each, seq, each.id not in unreached, context.run) for each in rows]
        append_rows(context.tables, "incident", changes)


def _row(incident: Incident, seq: int, notified: bool, run: Run) -> IncidentChange:
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
        notified=notified,
        **run.stamp,
    )

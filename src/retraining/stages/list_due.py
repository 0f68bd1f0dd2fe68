"""Which models have their turn: all of them, or those whose schedule gives them one."""

from collections.abc import Mapping
from datetime import datetime

from retraining.adapters.tables.ledgers_of_model import read_events
from retraining.adapters.tables.tables import Tables
from retraining.rules.due import is_due
from retraining.spec.model_spec import ModelSpec

_FAILED = "FAILED"
"""Outcome of a run that failed: it was not a turn. An operator's job is none either."""


def list_due(tables: Tables, specs: Mapping[str, ModelSpec | None], now: datetime, due_only: bool = True) -> list[str]:
    """Names of the models that are due at a moment, in the order of specs; with due_only false, of all. A model whose
    spec cannot be read is due: its run says what is wrong with it."""
    if not due_only:
        return [*specs]

    last: dict[str, datetime] = {}
    for event in read_events(tables):
        if event.is_of_loop and event.outcome != _FAILED:
            last[event.model] = event.at
    return [name for name, spec in specs.items() if spec is None or is_due(spec.schedule, last.get(name), now)]

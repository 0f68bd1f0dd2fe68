"""Which models the clock gives a turn."""

from dataclasses import fields, replace
from datetime import UTC, datetime

from tests.loop import toy_spec

from retraining.adapters.tables.ledgers_of_model import append_event
from retraining.records.event import Event
from retraining.stages.list_due import list_due

NOW = datetime(2026, 7, 15, 6, tzinfo=UTC)
RUN = replace(
    Event(**dict.fromkeys((each.name for each in fields(Event)), None)),
    **{"model": "ran", "metric": "rmse", "outcome": "KEEP", "at": NOW, "run_id": "1", "attempt_id": "a"},
    **{"refusals": (), "failed_tasks": (), "skipped_tasks": (), "tasks": ()},
    **dict.fromkeys(("rows_read", "rows_accepted", "rows_quarantined", "rows_already_present", "rows_late"), 0),
)


def test_who_ran_in_this_period_waits_and_who_failed_has_a_broken_spec_or_was_only_rolled_back_does_not(tables):
    specs = {"broken": None, "failed": toy_spec(), "new": toy_spec(), "ran": toy_spec()}
    assert list_due(tables, specs, NOW) == ["broken", "failed", "new", "ran"]

    append_event(tables, RUN, 1)
    append_event(tables, replace(RUN, model="failed", outcome="FAILED", attempt_id="b"), 1)
    append_event(tables, replace(RUN, model="new", outcome="ROLLBACK", attempt_id="c", tasks=("roll_back",)), 1)

    assert list_due(tables, specs, NOW) == ["broken", "failed", "new"]
    assert list_due(tables, specs, NOW, due_only=False) == [*specs]

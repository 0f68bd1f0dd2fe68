"""What `{{...}}` becomes while a job runs."""

from datetime import UTC, datetime

import pytest

from local_workspace.bundle.jobs import Job
from local_workspace.errors import TaskError
from local_workspace.run.results import State
from local_workspace.run.run_references import RunSnapshot, resolve_run_references

SNAPSHOT = RunSnapshot(
    job=Job("retraining", "[dev ada] retraining", "", {}, ()),
    run_id=7,
    started=datetime(2013, 2, 1, 4, 5, 6, tzinfo=UTC),
    parameters={"model": "flights"},
    states={"ingest": State.SUCCESS, "retrain": State.UPSTREAM_FAILED},
    values={"ingest": {"rows": 3, "fresh": True, "name": "a b", "days": ["mon"]}},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{job.id}} {{job.name}} {{job.run_id}}", "retraining [dev ada] retraining 7"),
        ("{{job.start_time.iso_date}}", "2013-02-01"),
        ("{{job.start_time.iso_datetime}}", "2013-02-01T04:05:06Z"),
        ("{{job.repair_count}} {{job.trigger.type}}", "0 one_time"),
        ("{{job.parameters.model}}", "flights"),
        ("{{task.name}} {{task.run_id}} {{task.execution_count}}", "score 701 1"),
        ("ingest={{tasks.ingest.result_state}}", "ingest=success"),
        ("{{ tasks.retrain.result_state }}", "upstream_failed"),
        ("{{tasks.ingest.values.rows}}", "3"),
        ("{{tasks.ingest.values.fresh}}", "true"),
        ("{{tasks.ingest.values.name}}", "a b"),
        ("{{tasks.ingest.values.days}}", '["mon"]'),
        ("{{ mustache }}", "{{ mustache }}"),
    ],
)
def test_references_become_texts_and_other_braces_stay(text: str, expected: str) -> None:
    assert resolve_run_references(text, SNAPSHOT, "score", 701) == expected


def test_a_task_value_that_was_not_set_names_those_that_were() -> None:
    with pytest.raises(TaskError, match=r"task ingest did not set this value. It set: rows, fresh, name, days"):
        resolve_run_references("{{tasks.ingest.values.row}}", SNAPSHOT)

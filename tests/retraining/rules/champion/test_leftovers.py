"""Which runs of killed attempts may be removed."""

from dataclasses import fields, replace

import pytest

from retraining.records.version import LoggedRun, Manifest
from retraining.rules.champion.versions import leftover_runs

BLANK = Manifest(**dict.fromkeys((each.name for each in fields(Manifest)), None))
MANIFESTS = [replace(BLANK, seq=1), replace(BLANK, seq=3, mlflow_run_id="named")]


@pytest.mark.parametrize(
    ("run", "is_left"),
    [
        (LoggedRun("killed", 3), True),
        (LoggedRun("killed", 3, ("2",)), True),
        (LoggedRun("named", 3, ("1",)), False),
        (LoggedRun("at this moment", 4, ("2",)), False),
        (LoggedRun("aliased", 3, ("2",), ("2",)), False),
    ],
)
def test_a_run_is_left_when_no_manifest_names_it_and_none_can_any_more(run, is_left):
    assert leftover_runs([run], MANIFESTS) == ([run] if is_left else [])


def test_before_the_first_manifest_nothing_is_left():
    assert leftover_runs([LoggedRun("at this moment", 1)], []) == []

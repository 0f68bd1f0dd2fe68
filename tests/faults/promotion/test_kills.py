"""Retraining, promotion and rollback, killed at their failpoints on real Delta and a real MLflow server: the smallest
part of what `make test-faults` does."""

import pytest
from tests.faults.promotion.invariants import Faults
from tests.faults.promotion.kills import EVERYWHERE, Kill, faults_of, kill_everywhere, kills_of, table_of

from retraining.failpoints import PROMOTION

FEW = (Kill("retrain", "fit.after_model"), Kill("promote", "promote.after_decision"))


def ignore(kills: int) -> None:
    """Nobody watches."""


def test_killed_runs_and_their_reruns_leave_one_whole_champion_and_nothing_else(spark, mlflow_uri):
    tallies = kill_everywhere(spark, 1, ignore, [FEW])

    assert faults_of(tallies) == Faults(), faults_of(tallies).said
    assert kills_of(tallies) == len(FEW)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_second_champion_and_a_rollback_survive_kills_as_well(spark, mlflow_uri):
    tallies = kill_everywhere(spark, 1, ignore, EVERYWHERE[:1])

    assert faults_of(tallies) == Faults(), table_of(tallies)
    assert all(tally.kills for tally in tallies.values())


def test_every_failpoint_on_the_way_to_a_champion_is_killed_at():
    assert {kill.point for life in EVERYWHERE for kill in life} == set(PROMOTION)

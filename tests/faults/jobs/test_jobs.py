"""A few of the kills of `make test-faults` of the bundle's jobs, and that it kills every job that the bundle has."""

from pathlib import Path

import pytest
from tests.faults.jobs.invariants import Faults
from tests.faults.jobs.kills import faults_of, kill_jobs, table_of
from tests.faults.jobs.tracks import PLANS

RESOURCES = Path(__file__).parents[3] / "resources"
ONLY_EXAMPLES = {"demo", "demo_month", "demo_forecast", "demo_forecast_step"}
SCHEDULES = {"on_schedule"}
KILLED_ELSEWHERE = {"on_champion_change", "refresh_index", "score_batch", "update_endpoint"}
"""They have specs of other folders, or write no table of a model: test_kills.py of tests/retraining/steps/search and
steps/serving, and tests/retraining/stages test_score_batch.py and test_announce_champions.py kill or stop them."""
FEW = ("retraining", "repair replay")


def ignore(kills: int) -> None:
    """Nobody watches."""


def test_a_job_that_is_killed_at_a_random_moment_is_finished_by_the_same_command(spark, mlflow_uri):
    tallies = kill_jobs(spark, seed=3, in_total=2, tell=ignore, jobs=FEW)

    assert faults_of(tallies) == Faults(), f"{table_of(tallies)}\n{faults_of(tallies).said}"
    assert all(tally.starts >= 2 for tally in tallies.values())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_job_is_finished_by_the_same_command(spark, mlflow_uri):
    tallies = kill_jobs(spark, seed=5, in_total=20, tell=ignore)

    assert faults_of(tallies) == Faults(), f"{table_of(tallies)}\n{faults_of(tallies).said}"


def test_every_job_of_the_bundle_is_killed():
    killed = {name.partition(" ")[0] for plan in PLANS.values() for name in plan.commands}
    jobs = {file.name.removesuffix(".job.yml") for file in RESOURCES.glob("*.job.yml")}

    assert killed == jobs - ONLY_EXAMPLES - SCHEDULES - KILLED_ELSEWHERE

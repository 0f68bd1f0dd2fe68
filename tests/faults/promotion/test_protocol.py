"""Promotion keeps its promises in any order of steps of promoters, a rollback, a human and a kill; the check of it can
fail."""

from typing import get_args

import pytest
from tests.faults.promotion.model import Broken
from tests.faults.promotion.protocol import BEGINNINGS, explore, wander

EVERYBODY = ["promoter a", "promoter b", "rollback", "human moves"]


@pytest.mark.parametrize("actors", [["promoter a", "promoter b"], ["promoter a", "rollback"]])
def test_no_order_of_two_runs_and_a_kill_tears_a_decision_from_its_alias(actors):
    explored = explore(BEGINNINGS["applied"], actors, kills=1)

    assert (explored.moments > 10_000, explored.ends) == (True, 40)


@pytest.mark.parametrize("human", ["human moves", "human deletes"])
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_human_who_touches_the_alias_stops_the_next_run_or_is_overruled_by_a_decision(beginning, human):
    assert explore(BEGINNINGS[beginning], ["promoter a", human], kills=1).stops > 0


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_everybody_at_once_leaves_one_champion_or_a_stop(beginning):
    assert wander(BEGINNINGS[beginning], EVERYBODY, walks=1000, seed=1).moments > 15_000


@pytest.mark.parametrize("broken", get_args(Broken))
def test_the_check_notices_a_protocol_that(broken):
    with pytest.raises(AssertionError, match="after: "):
        explore(BEGINNINGS["killed before the alias"], ["promoter a", "promoter b"], broken=broken)

"""What has been decided on a candidate, and still holds."""

from dataclasses import replace

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.standing_verdict import standing_verdict, was_rolled_back

STORY = promoted(("PROMOTE", "1"), ("REJECT", "2"), ("PROMOTE", "3"), ("ROLLBACK", "1"))


@pytest.mark.parametrize(("version", "outcome"), [("1", "PROMOTE"), ("2", "REJECT"), ("3", None), ("9", None)])
def test_a_verdict_holds_until_the_version_is_rolled_back(version, outcome):
    found = standing_verdict(STORY, f"key of {version}", "1")

    assert (found.outcome if found else None) == outcome


def test_a_refusal_after_a_rollback_holds():
    rows = [*STORY, *promoted(*[("PROMOTE", "3")] * 4, ("REJECT", "3"))[-1:]]

    assert standing_verdict(rows, "key of 3", "1").outcome == "REJECT"


@pytest.mark.parametrize("outcome", ["PENDING", "APPROVED"])
def test_a_question_to_a_person_is_no_verdict(outcome):
    rows = promoted(("PROMOTE", "1"), (outcome, "2"))

    assert standing_verdict(rows, "key of 2", "1") is None


@pytest.mark.parametrize(("version", "left"), [("1", False), ("2", False), ("3", True)])
def test_only_the_candidate_whose_version_was_left_was_rolled_back(version, left):
    assert was_rolled_back(STORY, f"key of {version}") is left


def test_a_candidate_refused_while_a_version_was_live_that_was_left_later_was_not_rolled_back_itself():
    rows = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("REJECT", "3"), ("ROLLBACK", "1"))

    assert not was_rolled_back(rows, "key of 3")


RELEASED = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("REJECT", "3"), ("ROLLBACK", "1"), ("RELEASED", "1"))


@pytest.mark.parametrize(("champion", "holds"), [("1", False), ("2", True)])
def test_after_a_release_a_refusal_holds_only_against_the_same_champion(champion, holds):
    assert (standing_verdict(RELEASED, "key of 3", champion) is not None) is holds


def test_a_refusal_against_another_champion_holds_without_a_release_and_a_persons_no_holds_after_one():
    by_hand = [replace(row, request_id="70") if row.outcome == "REJECT" else row for row in RELEASED]

    assert standing_verdict(RELEASED[:-1], "key of 3", "1").outcome == "REJECT"
    assert standing_verdict(by_hand, "key of 3", "1").outcome == "REJECT"

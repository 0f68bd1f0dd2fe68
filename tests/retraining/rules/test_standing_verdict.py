"""What has been decided on a candidate, and still holds."""

import pytest

from retraining.rules.standing_verdict import standing_verdict, was_rolled_back

from .history import promoted

STORY = promoted(("PROMOTE", "1"), ("REJECT", "2"), ("PROMOTE", "3"), ("ROLLBACK", "1"))


@pytest.mark.parametrize(("version", "outcome"), [("1", "PROMOTE"), ("2", "REJECT"), ("3", None), ("9", None)])
def test_a_verdict_holds_until_the_version_is_rolled_back(version, outcome):
    found = standing_verdict(STORY, f"key of {version}")

    assert (found.outcome if found else None) == outcome


def test_a_refusal_after_a_rollback_holds():
    rows = [*STORY, *promoted(*[("PROMOTE", "3")] * 4, ("REJECT", "3"))[-1:]]

    assert standing_verdict(rows, "key of 3").outcome == "REJECT"


@pytest.mark.parametrize("outcome", ["PENDING", "APPROVED"])
def test_a_question_to_a_person_is_no_verdict(outcome):
    rows = promoted(("PROMOTE", "1"), (outcome, "2"))

    assert standing_verdict(rows, "key of 2") is None


@pytest.mark.parametrize(("version", "left"), [("1", False), ("2", False), ("3", True)])
def test_only_the_candidate_whose_version_was_left_was_rolled_back(version, left):
    assert was_rolled_back(STORY, f"key of {version}") is left


def test_a_candidate_refused_while_a_version_was_live_that_was_left_later_was_not_rolled_back_itself():
    rows = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("REJECT", "3"), ("ROLLBACK", "1"))

    assert not was_rolled_back(rows, "key of 3")

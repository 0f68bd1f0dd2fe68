"""Which version was live before the champion."""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.history import previous_champion

TWO = promoted(("PROMOTE", "1"), ("PROMOTE", "2"))


@pytest.mark.parametrize(
    ("rows", "champion", "previous"),
    [
        ([], "1", None),
        (promoted(("PROMOTE", "1")), "1", None),
        (TWO, "2", "1"),
        (promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("REJECT", "3")), "2", "1"),
        (promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("PROMOTE", "4")), "4", "2"),
    ],
)
def test_it_is_the_version_that_the_champion_replaced(rows, champion, previous):
    assert previous_champion(rows, champion) == previous


def test_a_version_that_was_rolled_back_never_counts():
    assert previous_champion([*TWO, *promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"))[4:]], "1") is None


def test_after_a_rollback_the_next_champion_has_the_one_it_replaced():
    rows = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"), ("PROMOTE", "3"))

    assert previous_champion(rows, "3") == "1"


def test_an_alias_that_no_decision_moved_there_has_none():
    assert previous_champion(promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("PROMOTE", "3")), "2") is None


def test_a_decision_that_the_alias_has_not_followed_yet_has_none():
    assert previous_champion(promoted(("PROMOTE", "1"), ("PROMOTE", "2"), unapplied=1), "2") is None

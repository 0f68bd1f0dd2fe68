"""Does the alias say what the newest decision says?"""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.alias_state import alias_state, is_applied, newest_move

FIRST = ("PROMOTE", "1")
SECOND = ("PROMOTE", "2")
BACK = ("ROLLBACK", "1")
REFUSED = ("REJECT", "3")
HEALED = ("HEAL", "1")


@pytest.mark.parametrize(
    ("rows", "champion"),
    [
        ([], None),
        (promoted(REFUSED), None),
        (promoted(FIRST), "1"),
        (promoted(FIRST, SECOND), "2"),
        (promoted(FIRST, SECOND, REFUSED), "2"),
        (promoted(FIRST, SECOND, BACK), "1"),
        (promoted(FIRST, SECOND, unapplied=1), "2"),
        (promoted(FIRST, HEALED), "1"),
        (promoted(FIRST, ("PENDING", "2"), ("APPROVED", "2")), "1"),
        (promoted(FIRST, SECOND, BACK, ("RELEASED", "1")), "1"),
    ],
    ids=[
        "nothing",
        "refused",
        "first",
        "second",
        "then refused",
        "rolled back",
        "killed before APPLIED",
        "put back",
        "asked",
        "released",
    ],
)
def test_the_alias_agrees_with_the_newest_decision_that_moves_it(rows, champion):
    assert alias_state(rows, champion) == "agrees"


@pytest.mark.parametrize(
    ("rows", "champion"),
    [
        (promoted(FIRST, unapplied=1), None),
        (promoted(FIRST, SECOND, unapplied=1), "1"),
        (promoted(FIRST, SECOND, BACK, unapplied=1), "2"),
        (promoted(FIRST, HEALED, unapplied=1), "9"),
    ],
    ids=["first", "second", "rolled back", "to be put back"],
)
def test_the_alias_is_behind_when_a_run_was_killed_between_decision_and_alias(rows, champion):
    assert alias_state(rows, champion) == "behind"


@pytest.mark.parametrize(
    ("rows", "champion"),
    [
        ([], "1"),
        (promoted(REFUSED), "3"),
        (promoted(FIRST), None),
        (promoted(FIRST), "3"),
        (promoted(FIRST, SECOND), "1"),
        (promoted(FIRST, REFUSED), "3"),
    ],
    ids=["never decided", "refused", "alias removed", "other version", "older version", "refused version"],
)
def test_an_alias_unlike_what_was_applied_was_moved_by_hand(rows, champion):
    assert alias_state(rows, champion) == "moved_by_hand"


def test_a_release_is_no_move():
    assert newest_move(promoted(FIRST, SECOND, BACK, ("RELEASED", "1"))).outcome == "ROLLBACK"


def test_the_order_of_the_rows_does_not_matter():
    assert newest_move([*reversed(promoted(FIRST, SECOND))]).version == "2"


@pytest.mark.parametrize(("unapplied", "applied"), [(0, True), (1, False)])
def test_a_decision_is_applied_once_its_own_note_is_there(unapplied, applied):
    rows = promoted(FIRST, SECOND, unapplied=unapplied)

    assert is_applied(rows, newest_move(rows)) is applied

"""Which version a rollback goes back to."""

import pytest
from tests.retraining.rules.history import promoted

from retraining.errors import NothingToDoError, ParameterError
from retraining.rules.champion.rollback import rollback_target

THREE = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("PROMOTE", "3"))


def test_a_rollback_goes_to_the_champion_before():
    assert rollback_target(THREE, "3", None) == "2"


def test_a_version_that_was_rolled_back_itself_is_skipped():
    rows = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"), ("PROMOTE", "3"))

    assert rollback_target(rows, "3", None) == "1"


def test_a_second_rollback_goes_further_back():
    rows = [*THREE, *promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("PROMOTE", "3"), ("ROLLBACK", "2"))[-2:]]

    assert rollback_target(rows, "2", None) == "1"


def test_a_decision_that_was_never_applied_is_no_target():
    rows = [row for row in THREE if (row.seq, row.state) != (2, "APPLIED")]

    assert rollback_target(rows, "3", None) == "1"


def test_a_rejected_candidate_is_no_target():
    rows = promoted(("PROMOTE", "1"), ("REJECT", "2"), ("PROMOTE", "3"))

    assert rollback_target(rows, "3", None) == "1"


def test_any_earlier_champion_can_be_asked_for():
    assert rollback_target(THREE, "3", "1") == "1"


@pytest.mark.parametrize(
    "rows",
    [
        promoted(("PROMOTE", "1")),
        promoted(("PROMOTE", "1"), ("REJECT", "2")),
        promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1")),
    ],
    ids=["first", "one rejected", "one rolled back"],
)
def test_the_only_champion_has_nothing_behind_it(rows):
    with pytest.raises(NothingToDoError, match="version 1 is the only champion there has been"):
        rollback_target(rows, "1", None)


@pytest.mark.parametrize(
    ("rows", "champion", "asked", "choices"),
    [
        (THREE, "3", "9", "2, 1"),
        (THREE, "3", "3", "2, 1"),
        (promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"), ("PROMOTE", "3")), "3", "2", "1"),
        (promoted(("PROMOTE", "1")), "1", "2", "none"),
    ],
    ids=["unknown", "champion already", "rolled back", "no choice"],
)
def test_a_version_that_cannot_be_the_target_is_refused_with_the_choices(rows, champion, asked, choices):
    with pytest.raises(ParameterError) as caught:
        rollback_target(rows, champion, asked)

    assert str(caught.value) == (
        f"to_version '{asked}' cannot be rolled back to; the champion is version {champion} and the earlier champions "
        f"that were not rolled back are: {choices}."
    )

"""Which version was live when."""

from datetime import UTC, datetime

import pytest
from tests.retraining.rules.history import promoted

from retraining.errors import NothingToDoError
from retraining.rules.champion.history import champion_at, live_since

# Each decision is a day later than the one before: 1 on the first of January, 2 on the second, back to 1 on the fourth.
LIVED = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("REJECT", "3"), ("ROLLBACK", "1"))


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2013, 1, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "version"),
    [(day(1), "1"), (day(1, 23), "1"), (day(2), "2"), (day(3, 12), "2"), (day(4), "1"), (day(30), "1")],
)
def test_the_champion_of_a_moment_is_the_one_applied_last(moment, version):
    assert champion_at(LIVED, moment) == version


def test_a_decision_that_was_never_applied_made_no_champion():
    assert champion_at(promoted(("PROMOTE", "1"), ("PROMOTE", "2"), unapplied=1), day(30)) == "1"


@pytest.mark.parametrize(
    ("rows", "why"), [(LIVED, "the first one went live on 2013-01-01 00:00 UTC"), ([], "there has never been one")]
)
def test_before_the_first_champion_there_is_none_to_go_back_to(rows, why):
    with pytest.raises(NothingToDoError, match=f"there was no champion then; {why}"):
        champion_at(rows, datetime(2012, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("rows", "version", "since"),
    [
        (LIVED[:-2], "2", day(2)),
        (LIVED, "1", day(4)),
        (promoted(("PROMOTE", "1"), ("HEAL", "1")), "1", day(1)),
        (promoted(("PROMOTE", "1"), unapplied=1), "1", None),
    ],
    ids=["still live", "live again", "put back meanwhile", "never noted"],
)
def test_a_champion_is_live_since_its_last_coming(rows, version, since):
    assert live_since(rows, version, before_seq=9) == since


def test_what_was_decided_later_does_not_change_since_when_a_version_was_live():
    assert live_since(LIVED, "2", before_seq=4) == day(2)

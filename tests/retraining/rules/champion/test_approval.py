"""Who waits for approval, whose time is over, and whether an approval holds for the champion of today."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.approval import expired, standing_question, waiting

FIRST, ASKED, APPROVED = ("PROMOTE", "1"), ("PENDING", "2"), ("APPROVED", "2")
JANUARY = datetime(2013, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "versions"),
    [
        (promoted(FIRST, ASKED), ["2"]),
        (promoted(FIRST, ASKED, ("PENDING", "3")), ["2", "3"]),
        (promoted(FIRST, ASKED, APPROVED), []),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "2")), []),
        (promoted(FIRST, ASKED, ("REJECT", "2")), []),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "3"), ASKED), ["2"]),
    ],
    ids=["asked", "two asked", "approved", "live", "refused", "asked again"],
)
def test_a_candidate_waits_from_the_question_to_the_answer(rows, versions):
    assert [row.candidate_version for row in waiting(rows)] == versions


@pytest.mark.parametrize(
    ("rows", "champion", "outcome"),
    [
        (promoted(FIRST), "1", None),
        (promoted(FIRST, ASKED), "1", "PENDING"),
        (promoted(FIRST, ASKED, APPROVED), "1", "APPROVED"),
        (promoted(FIRST, ASKED, ("PROMOTE", "3")), "3", None),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "3")), "3", None),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "3"), ASKED), "3", "PENDING"),
        (promoted(ASKED, APPROVED), None, "APPROVED"),
        (promoted(FIRST, ASKED, ("REJECT", "2")), "1", None),
    ],
    ids=["never", "asked", "approved", "asked of another", "approved of another", "again", "no champion", "refused"],
)
def test_an_approval_holds_for_the_champion_that_the_candidate_was_judged_against(rows, champion, outcome):
    found = standing_question(rows, "key of 2", champion)

    assert (found.outcome if found else None) == outcome


@pytest.mark.parametrize(
    ("rows", "after", "versions"),
    [
        (promoted(FIRST, ASKED), timedelta(days=7), []),
        (promoted(FIRST, ASKED), timedelta(days=7, seconds=1), ["2"]),
        (promoted(FIRST, ASKED, APPROVED), timedelta(days=8), ["2"]),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "2")), timedelta(days=90), []),
        (promoted(FIRST, ASKED, ("REJECT", "2")), timedelta(days=90), []),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "3"), ASKED), timedelta(days=8), []),
    ],
    ids=["in time", "too late", "approved and never live", "live", "refused", "asked again three days later"],
)
def test_a_question_expires_after_its_days_unless_it_was_settled(rows, after, versions):
    asked_at = JANUARY + timedelta(days=1)

    assert [row.candidate_version for row in expired(rows, asked_at + after, 7)] == versions

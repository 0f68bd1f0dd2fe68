"""Who waits for approval, whose time is over, and whether an approval holds for the champion of today."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.approval import (
    expired,
    questions,
    standing_question,
    waiting,
    why_not_approved_by,
)

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
    ("rows", "told"),
    [
        (promoted(FIRST, ASKED), [(2, None)]),
        (promoted(FIRST, ASKED, ("PENDING", "3")), [(2, None), (3, None)]),
        (promoted(FIRST, ASKED, APPROVED), [(2, 3)]),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "2")), [(2, 3)]),
        (promoted(FIRST, ASKED, ("PROMOTE", "3"), ASKED), [(2, None)]),
        (promoted(FIRST, ASKED, ("PROMOTE", "3"), ASKED, ("REJECT", "2")), [(2, 5)]),
        (promoted(FIRST, ASKED, APPROVED, ("PROMOTE", "3"), ASKED), [(2, 3), (5, None)]),
        (promoted(FIRST, ("REJECT", "2"), ("ROLLBACK", "1")), []),
    ],
    ids=["asked", "two", "approved", "live", "judged anew", "and refused", "asked anew", "never asked"],
)
def test_a_question_lasts_until_its_answer_and_one_that_is_repeated_is_the_same(rows, told):
    assert [(each.asked.seq, each.answer.seq if each.answer else None) for each in questions(rows)] == told


@pytest.mark.parametrize("person", ["anna@example.com", "Anna@Example.COM", "unknown", None])
def test_no_author_and_no_one_unknown_says_yes_where_the_spec_names_its_authors(person):
    assert why_not_approved_by(person, ("boris@example.com", "anna@example.com")) is not None
    assert why_not_approved_by(person, ()) is None


def test_another_person_than_the_authors_may_say_yes():
    assert why_not_approved_by("clara@example.com", ("anna@example.com",)) is None


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

"""Which decision a request of an operator has led to already, when its command is started again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.retraining.rules.history import promoted

from retraining.records.control import Control
from retraining.rules.champion.approval import answer_in_words, is_not_carried_out, same_answer
from retraining.rules.champion.history import same_adoption
from retraining.rules.champion.mode import same_change
from retraining.rules.champion.rollback import same_release, same_rollback

LIVE = (("PROMOTE", "1"), ("PROMOTE", "2"))
BACK = (*LIVE, ("ROLLBACK", "1"))
BECAUSE, ANOTHER = "Because.", "Another reason."


def version_of(row) -> str | None:
    return row.version if row else None


@pytest.mark.parametrize(
    ("rows", "reason", "target", "version"),
    [
        (promoted(*BACK, unapplied=1), BECAUSE, None, "1"),
        (promoted(*BACK), BECAUSE, None, "1"),
        (promoted(*BACK), BECAUSE, "1", "1"),
        (promoted(*BACK, ("REJECT", "3")), BECAUSE, None, "1"),
        (promoted(*BACK, ("HEAL", "1")), BECAUSE, None, "1"),
        (promoted(*BACK), ANOTHER, None, None),
        (promoted(*BACK), BECAUSE, "2", None),
        (promoted(*BACK, ("PROMOTE", "3")), BECAUSE, None, None),
        (promoted(*BACK, ("RELEASED", "1")), BECAUSE, None, None),
        (promoted(*LIVE, unapplied=1), BECAUSE, None, None),
        ([], BECAUSE, None, None),
    ],
    ids=[
        *("killed before the alias", "killed after the alias", "the same target", "a refusal since", "healed since"),
        *("another reason", "another target", "another champion since", "released since", "no rollback", "nothing"),
    ],
)
def test_a_rollback_is_the_same_for_the_same_reason_and_target_while_no_other_version_went_live(
    rows, reason, target, version
):
    assert version_of(same_rollback(rows, reason, target)) == version


@pytest.mark.parametrize(
    ("rows", "reason", "found"),
    [
        (promoted(*BACK, ("RELEASED", "1")), BECAUSE, True),
        (promoted(*BACK, ("RELEASED", "1")), ANOTHER, False),
        (promoted(*BACK, ("RELEASED", "1"), ("PROMOTE", "3"), ("ROLLBACK", "1")), BECAUSE, False),
        (promoted(*BACK), BECAUSE, False),
    ],
    ids=["released", "another reason", "a rollback since", "not released"],
)
def test_a_release_is_the_same_for_the_same_reason_until_the_next_rollback(rows, reason, found):
    assert bool(same_release(rows, reason)) == found


@pytest.mark.parametrize(
    ("rows", "version", "reason", "found"),
    [
        (promoted(("ADOPTED", "1"), unapplied=1), "1", BECAUSE, True),
        (promoted(("ADOPTED", "1"), ("HEAL", "1")), "1", BECAUSE, True),
        (promoted(("ADOPTED", "1")), "2", BECAUSE, False),
        (promoted(("ADOPTED", "1")), "1", ANOTHER, False),
        (promoted(("ADOPTED", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1")), "1", BECAUSE, False),
    ],
    ids=["killed before the alias", "healed since", "another version", "another reason", "others since"],
)
def test_an_adoption_is_the_same_for_the_same_version_and_reason_while_it_is_the_newest_move(
    rows, version, reason, found
):
    assert bool(same_adoption(rows, version, reason)) == found


def answered(*more: tuple[str, str], outcome: str = "APPROVED"):
    """Candidate 2 was asked about and answered in run 70, then what is given."""
    rows = promoted(("PROMOTE", "1"), ("PENDING", "2"), (outcome, "2"), *more)
    said = (answer_in_words(outcome, "70", BECAUSE),)
    return [replace(row, request_id="70", reasons=said) if row.seq == 3 else row for row in rows]


@pytest.mark.parametrize(
    ("rows", "answer", "reason", "candidate", "seq"),
    [
        (answered(), "APPROVED", BECAUSE, None, 3),
        (answered(), "APPROVED", BECAUSE, "2", 3),
        (answered(("PROMOTE", "2")), "APPROVED", BECAUSE, None, 3),
        (answered(outcome="REJECT"), "REJECT", BECAUSE, None, 3),
        (answered(), "REJECT", BECAUSE, None, None),
        (answered(), "APPROVED", ANOTHER, None, None),
        (answered(), "APPROVED", BECAUSE, "3", None),
        (answered(("PROMOTE", "3"), ("PENDING", "2")), "APPROVED", BECAUSE, None, None),
    ],
    ids=["yes", "named", "live since", "no", "another answer", "another reason", "another candidate", "asked again"],
)
def test_an_answer_is_the_same_until_the_question_is_asked_again(rows, answer, reason, candidate, seq):
    found = same_answer(rows, answer, reason, candidate)

    assert (found.seq if found else None) == seq


def test_a_yes_is_carried_out_by_the_promotion_that_follows():
    yes = answered()[-1]

    assert is_not_carried_out(answered(), yes)
    assert not is_not_carried_out(answered(("PROMOTE", "2")), yes)


def controls(*modes: str) -> list[Control]:
    at = datetime(2013, 1, 1, tzinfo=UTC)
    return [
        Control("toy", seq, mode, BECAUSE, str(seq), run_id=str(seq), attempt_id="a", at=at)
        for seq, mode in enumerate(modes, 1)
    ]


@pytest.mark.parametrize(
    ("rows", "change", "reason", "found"),
    [
        (controls("frozen"), "freeze", BECAUSE, True),
        (controls("frozen"), "freeze", ANOTHER, False),
        (controls("frozen", "active"), "freeze", BECAUSE, False),
        (controls("frozen", "active"), "unfreeze", BECAUSE, True),
        (controls("retired"), "retire", BECAUSE, True),
        (controls("frozen", "retired", "frozen"), "unretire", BECAUSE, True),
        (controls("retired", "active"), "unretire", BECAUSE, True),
        ([], "freeze", BECAUSE, False),
    ],
)
def test_a_change_of_mode_is_the_same_for_the_same_reason_while_it_holds(rows, change, reason, found):
    assert bool(same_change(rows, change, reason)) == found

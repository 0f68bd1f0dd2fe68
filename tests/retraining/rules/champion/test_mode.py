"""What operators say to the loop, told as a story of changes."""

from datetime import UTC, datetime

import pytest

from retraining.errors import NothingToDoError
from retraining.records.control import Control
from retraining.rules.champion.mode import mode_after, mode_in_words, mode_of


def story(*changes: str) -> list[Control]:
    rows: list[Control] = []
    for seq, change in enumerate(changes, start=1):
        at = datetime(2026, 1, seq, tzinfo=UTC)
        mode = mode_after("toy", rows, change)
        rows.append(Control("toy", seq, mode, "The audit.", str(seq), run_id=str(seq), attempt_id="a", at=at))
    return rows


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ([], "active"),
        (["freeze"], "frozen"),
        (["freeze", "unfreeze"], "active"),
        (["retire"], "retired"),
        (["retire", "unretire"], "active"),
        (["freeze", "retire", "unretire"], "frozen"),
    ],
)
def test_the_newest_change_holds_and_a_model_comes_back_as_it_was(changes, mode):
    assert mode_of(story(*changes)) == mode


@pytest.mark.parametrize(
    "changes", [["unfreeze"], ["freeze", "freeze"], ["unretire"], ["retire", "freeze"], ["retire", "unfreeze"]], ids=str
)
def test_a_change_that_changes_nothing_is_refused(changes):
    with pytest.raises(NothingToDoError, match=rf"^toy is .* and {changes[-1]} needs a model that is"):
        story(*changes)


def test_the_sentence_says_since_when_and_why():
    assert mode_in_words(story("freeze", "unfreeze")) is None
    assert mode_in_words(story("freeze")) == (
        "On 2026-01-01 00:00 UTC an operator froze the model: nothing is trained until the job unfreeze. "
        "Reason: The audit."
    )

"""Does retraining wait after a rollback, and until when?"""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.rollback import newest_release, newest_word, waits_after_batch

FIRST, SECOND, BACK, RELEASED = ("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"), ("RELEASED", "1")


@pytest.mark.parametrize(
    ("moves", "batch"),
    [
        ([], None),
        ([FIRST, SECOND], None),
        ([FIRST, SECOND, BACK], 3),
        ([FIRST, SECOND, BACK, ("REJECT", "3")], 3),
        ([FIRST, SECOND, BACK, RELEASED], None),
        ([FIRST, SECOND, BACK, RELEASED, ("PROMOTE", "3"), BACK], 6),
    ],
)
def test_a_rollback_waits_until_it_is_released(moves, batch):
    assert waits_after_batch(promoted(*moves)) == batch


def test_the_newest_word_is_a_rollback_or_a_release_and_knows_which():
    rows = promoted(FIRST, SECOND, BACK, RELEASED, ("PROMOTE", "3"), BACK, ("REJECT", "4"))

    assert newest_word(rows[:2]) is None
    assert (newest_word(rows).seq, newest_release(rows).seq) == (6, 4)

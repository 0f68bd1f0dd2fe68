"""A rollback whose run was killed before the alias followed is finished by the same command."""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.rollback import unfinished_rollback

MOVES = (("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"))


@pytest.mark.parametrize(
    ("rows", "reason", "version"),
    [
        (promoted(*MOVES, unapplied=1), "Because.", "1"),
        (promoted(*MOVES, unapplied=1), "Another reason.", None),
        (promoted(*MOVES), "Because.", None),
        (promoted(*MOVES[:2], unapplied=1), "Because.", None),
        ([], "Because.", None),
    ],
    ids=["killed", "another wish", "finished", "not a rollback", "nothing"],
)
def test_only_a_rollback_for_the_same_reason_that_no_alias_follows_is_unfinished(rows, reason, version):
    found = unfinished_rollback(rows, reason)

    assert (found.version if found else None) == version

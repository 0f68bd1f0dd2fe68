"""A rollback whose run was killed before the alias followed is finished by the same command."""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.rollback import puts_alias_back, unfinished_rollback

MOVES = (("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"))


@pytest.mark.parametrize(
    ("rows", "reason", "version"),
    [
        (promoted(*MOVES, unapplied=1), "Because.", "1"),
        (promoted(*MOVES, unapplied=1), "Another reason.", None),
        (promoted(*MOVES), "Because.", None),
        (promoted(*MOVES[:2], ("HEAL", "2"), unapplied=1), "Because.", "2"),
        (promoted(*MOVES[:2], unapplied=1), "Because.", None),
        ([], "Because.", None),
    ],
    ids=["killed", "another wish", "finished", "alias not put back", "not a rollback", "nothing"],
)
def test_only_a_rollback_for_the_same_reason_that_no_alias_follows_is_unfinished(rows, reason, version):
    found = unfinished_rollback(rows, reason)

    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("rows", "to_version", "alias", "puts_back"),
    [
        (promoted(*MOVES[:2]), "2", None, True),
        (promoted(*MOVES[:2]), "2", "1", True),
        (promoted(*MOVES[:2]), "2", "2", False),
        (promoted(*MOVES[:2]), "1", None, False),
        (promoted(*MOVES[:2]), None, None, False),
        ([], None, None, False),
        ([], "1", None, False),
    ],
    ids=["deleted", "moved", "where it should be", "another one", "none named", "nothing", "never champion"],
)
def test_the_decided_champion_is_a_target_only_where_its_alias_is_elsewhere(rows, to_version, alias, puts_back):
    assert puts_alias_back(rows, to_version, alias) is puts_back

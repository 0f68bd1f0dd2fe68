"""When a rollback to the decided champion puts its alias back."""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.rollback import puts_alias_back

MOVES = (("PROMOTE", "1"), ("PROMOTE", "2"))


@pytest.mark.parametrize(
    ("rows", "to_version", "alias", "puts_back"),
    [
        (promoted(*MOVES), "2", None, True),
        (promoted(*MOVES), "2", "1", True),
        (promoted(*MOVES), "2", "2", False),
        (promoted(*MOVES), "1", None, False),
        (promoted(*MOVES), None, None, False),
        ([], None, None, False),
        ([], "1", None, False),
    ],
    ids=["deleted", "moved", "where it should be", "another one", "none named", "nothing", "never champion"],
)
def test_the_decided_champion_is_a_target_only_where_its_alias_is_elsewhere(rows, to_version, alias, puts_back):
    assert puts_alias_back(rows, to_version, alias) is puts_back

"""The model that would still be live had nobody ever retrained."""

import pytest
from tests.retraining.rules.history import promoted

from retraining.rules.champion.history import first_champion


@pytest.mark.parametrize("rows", [[], promoted(("REJECT", "1"), ("REJECT", "2"))], ids=["no row", "only refusals"])
def test_before_a_promotion_there_is_none(rows):
    assert first_champion(rows) is None


def test_it_stays_the_first_one_whatever_follows():
    rows = promoted(("PROMOTE", "2"), ("PROMOTE", "4"), ("ROLLBACK", "2"), ("PROMOTE", "6"))

    assert first_champion(rows) == "2"


def test_refusals_before_it_do_not_count():
    assert first_champion(promoted(("REJECT", "1"), ("PROMOTE", "3"))) == "3"


def test_the_order_of_the_rows_does_not_matter():
    assert first_champion(promoted(("PROMOTE", "2"), ("PROMOTE", "4"))[::-1]) == "2"


def test_a_decision_counts_before_it_is_applied():
    assert first_champion(promoted(("PROMOTE", "2"), unapplied=1)) == "2"

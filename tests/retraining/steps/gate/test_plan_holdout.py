"""A ledger without time has no newest days."""

import pytest

from retraining.errors import SpecError
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.gate_section import GateSection
from retraining.steps.gate.plan_holdout import check_holdout_has_days


@pytest.mark.parametrize("ledger_type", ["integer", "decimal"])
def test_a_ledger_without_days_is_refused_with_the_cure(ledger_type):
    with pytest.raises(SpecError, match=r"`seq` is of type .* no days.*gate: \{ holdout: reserved \}"):
        check_holdout_has_days(GateSection(), Ledger("seq", ledger_type))


@pytest.mark.parametrize(("holdout", "ledger_type"), [("reserved", "integer"), ("newest", "date")])
def test_a_reserved_hold_out_needs_no_days_and_a_date_has_them(holdout, ledger_type):
    check_holdout_has_days(GateSection(holdout=holdout), Ledger("seq", ledger_type))

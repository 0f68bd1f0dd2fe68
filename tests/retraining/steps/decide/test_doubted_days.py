"""Which days stay left out from one decision to the next."""

from datetime import date
from types import SimpleNamespace

from tests.loop import toy_spec

from retraining.records.decision import DoubtedDays
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.decide.doubted_days import days_inside, left_out_before

SPOILED = DoubtedDays(date(2013, 3, 4), date(2013, 3, 10), "no_signal", "Nothing to learn.")
CHANGED = DoubtedDays(date(2013, 3, 11), date(2013, 3, 12), "changed", "Another world.")


def carried(*decisions: tuple[DoubtedDays, ...], **period: str) -> tuple[DoubtedDays, ...]:
    trust = [{"reason": "Checked by hand.", **period}] if period else []
    history = ModelHistory("toy", decisions=[SimpleNamespace(doubted=each) for each in decisions])
    return left_out_before(toy_spec(gate={"trust": trust}).gate, history)


def test_the_newest_decision_says_what_stays_left_out():
    assert carried() == ()
    assert carried((SPOILED,), ()) == ()
    assert carried((), (SPOILED, CHANGED)) == (SPOILED,)


def test_a_period_that_the_spec_trusts_is_learned():
    assert carried((SPOILED,), start="2013-03-04", end="2013-03-11") == ()
    assert carried((SPOILED,), start="2013-03-04", end="2013-03-10") == (SPOILED,)


def test_a_change_that_may_stay_is_learned():
    days = [date(2013, 3, number) for number in (3, 4, 10, 11)]

    assert days_inside(days, (SPOILED, CHANGED)) == {date(2013, 3, 4), date(2013, 3, 10)}

"""Weekly batches, of which one is spoiled or the first of another world: what the loop learns of it, and when."""

from types import SimpleNamespace

import mlflow
import pandas as pd
import pytest
from tests.loop import Loop, days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.version import Manifest
from retraining.rules.gate.holdout import FEWEST_NEW_DAYS

pytestmark = pytest.mark.slow

WEEKLY = toy_spec(schedule="weekly", gate={"deploy": "candidate"})
HISTORY = 28
"""Days of the first batch; the week after it is the one that differs."""
LOOKS = 4


def shuffled(first: int, last: int) -> list[tuple[object, ...]]:
    """Days whose labels belong to other rows."""
    rows = days(first, last)
    labels = [row[3] for row in rows]
    return [(*row[:3], labels[(place * 37 + 11) % len(rows)]) for place, row in enumerate(rows)]


def other_sign(first: int, last: int) -> list[tuple[object, ...]]:
    """Days on which x came with the wrong sign."""
    return [(name, at, -x, y) for name, at, x, y in days(first, last)]


def usual(first: int, last: int) -> list[tuple[object, ...]]:
    """Days like those before."""
    return days(first, last)


def told(loop: Loop, week, later) -> SimpleNamespace:
    """A first champion of four weeks; then the week, and three more."""
    loop.spec = WEEKLY
    loop.source_has(usual(1, HISTORY))
    loop.ingest()
    loop.train()
    story = SimpleNamespace(loop=loop, decisions=[], champions=[], answers=[])
    for look in range(LOOKS):
        first = HISTORY + 1 + 7 * look
        loop.source_has((later if look else week)(first, first + 6))
        loop.ingest()
        loop.score()
        story.decisions.append(loop.check().decision)
        if story.decisions[-1].action != "keep":
            loop.retrain()
            loop.promote()
        story.champions.append(live(loop))
        story.answers.append(answer(loop))
    return story


def live(loop: Loop) -> Manifest:
    registered = [row for row in read_rows(loop.tables, Manifest, "toy") if row.state == "REGISTERED"]
    return next(row for row in registered if row.version == loop.alias("champion"))


def answer(loop: Loop) -> float:
    """What the champion says of x = 1."""
    model = mlflow.pyfunc.load_model(f"models:/{loop.registry.full_name('toy')}@champion")
    return float(model.predict(pd.DataFrame({"x": [1.0]}))[0])


@pytest.fixture(scope="module", params=[(shuffled, "no_signal"), (other_sign, "went_back")], ids=["labels", "sign"])
def spoiled(request, make_loop):
    week, doubt = request.param
    return told(make_loop(), week, usual), doubt


def test_a_spoiled_week_is_never_live_and_the_loop_goes_on_without_it(spoiled):
    story, doubt = spoiled

    assert all(1.9 < each < 2.1 for each in story.answers)
    assert story.champions[-1].train_before > "2013-02-05"  # newer than the spoiled week, which ends on 2013-02-04
    assert doubt in {days.doubt for days in story.decisions[-1].doubted}
    assert [(f"{days.first}", f"{days.last}") for days in story.champions[-1].left_out] == [
        ("2013-01-29", "2013-02-04")
    ]


def test_the_decision_says_which_days_were_left_out_and_why(spoiled):
    story, _ = spoiled
    said = [reason for row in story.decisions for reason in row.reasons if reason.startswith("2013-01-29")]

    assert said
    assert "labels are put in order to " in said[0]


@pytest.fixture(scope="module")
def changed(make_loop):
    return told(make_loop(), turned, turned)


def turned(first: int, last: int) -> list[tuple[object, ...]]:
    return [(*row[:3], -row[3]) for row in usual(first, last)]


def test_a_true_sudden_change_is_live_one_block_later(changed):
    assert changed.answers[0] > 1.9
    assert changed.answers[2] < 1.0
    assert changed.champions[2].left_out == ()


def test_each_candidate_of_a_weekly_loop_has_learned_days_that_its_champion_has_not(changed):
    trained = [row for row in changed.decisions if row.action == "refit"]

    assert trained
    assert all(row.days_to_learn >= FEWEST_NEW_DAYS for row in trained)

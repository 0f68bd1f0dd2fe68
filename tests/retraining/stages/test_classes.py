"""Classes that are rare, that arrive later, or that are all the same, through the stages."""

import random

import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.loop import days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError
from retraining.records.version import Manifest

COLUMNS = "id string, at timestamp, x double, y string"
UPDATED = toy_spec(
    kind="classification",
    recipe="recipes.sgd.pipeline",
    strategy="incremental_update",
    gate={"deploy": "candidate", "may_explain_label": ["x"]},
)
LOANS = toy_spec(
    kind="classification",
    recipe="recipes.logistic.pipeline",
    gate={"metric": "auc", "floors": {"auc": 0.8}, "deploy": "candidate"},
)


@pytest.fixture
def loop_of_classes(loop, monkeypatch):
    """A loop whose recipe is a classifier that can be updated."""

    def classifier(numeric, categorical, params):
        return make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=0))

    monkeypatch.setattr("recipes.sgd.pipeline", classifier)
    loop.spec = UPDATED
    return loop


def named(first, last, name):
    """The rows of some days, each with a name for its x."""
    return [(key, at, x, name(x)) for key, at, x, _ in days(first, last)]


@pytest.mark.slow
def test_a_class_that_the_champion_never_saw_leads_to_a_refit_that_says_why(loop_of_classes):
    loop = loop_of_classes
    loop.source_has(named(1, 14, lambda x: "low" if x < 0 else "high"), COLUMNS)
    loop.ingest()
    first = loop.train()
    loop.source_has(named(15, 22, lambda x: "low" if x < -0.3 else "middle" if x < 0.3 else "high"), COLUMNS)
    loop.ingest()
    decision = loop.check().decision
    second = loop.retrain().manifest

    assert (first.promotion.outcome, decision.action) == ("PROMOTE", "update")
    assert (second.action, second.base_version, second.trained_rows) == ("refit", None, 15 * 20)
    assert second.trivial_prediction.startswith('{"')
    assert loop.registry.tags_of("toy", second.version)["not_updated"].startswith("1 of the 3 classes of the new rows")
    assert loop.promote().checks[0].question == "refresh"
    assert [row.action for row in read_rows(loop.tables, Manifest, "toy") if row.version == second.version] == ["refit"]


def test_labels_that_are_all_the_same_end_the_fit_in_one_sentence(loop_of_classes):
    loop = loop_of_classes
    loop.source_has(named(1, 14, lambda x: "low"), COLUMNS)
    loop.ingest()
    loop.check()

    with pytest.raises(NothingToDoError) as caught:
        loop.retrain()
    assert str(caught.value) == (
        "toy: nothing was fitted on the labels up to batch 1: all 140 rows have the same class, and a classifier needs "
        "rows of at least 2. The next run tries again with newer labels. If other classes should be there by now, "
        "check `y` at the source."
    )


def loan(key, at, draw, place):
    """One in forty is not paid back, which x shows to a degree."""
    lost = place % 40 == 7
    return (f"loan {place}", at, draw.gauss(2.0 if lost else 0.0, 1.0), 1.0 if lost else 0.0)


@pytest.mark.slow
def test_a_rare_class_that_is_never_predicted_gets_its_first_champion_by_auc(loop):
    draw = random.Random(5)
    places = iter(range(10_000))
    loop.spec = LOANS
    rows = [loan(key, at, draw, next(places)) for key, at, _, _ in days(1, 16) for _ in range(8)]
    loop.source_has(
        [*rows, ("unknown", "2013-01-05 10:00", 0.0, float("nan"))], "id string, at timestamp, x double, y double"
    )
    loop.ingest()
    made = loop.train()
    gain = next(check for check in made.checks if check.check == "gain")

    assert made.promotion.outcome == "PROMOTE", made.summary
    assert (gain.metric, gain.baseline_error) == ("auc", 0.5)
    assert gain.candidate_error > 0.8

"""Models that Spark fits go the way of all others: trained, judged, promoted, scored, rolled back, reproduced."""

from types import SimpleNamespace

import mlflow
import pytest
from tests.loop import days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import RegistryError
from retraining.records.version import Manifest
from retraining.spark_models.spark_place import SparkPlace
from retraining.stages.reproduce import reproduce

SMALL = {"maxIter": 3, "maxDepth": 2}
SPEC = toy_spec(recipe="recipes.spark_trees.regression", params=SMALL, policy={"max_rows": 100})


@pytest.fixture(scope="module")
def story(make_loop):
    """A first champion, a second one after a kill, a rollback; both versions fitted again."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    loop.source_has(days(1, 14))
    loop.ingest()
    told.first = loop.train()
    loop.source_has(days(15, 22))
    loop.ingest()
    told.scored = loop.score()
    told.second = loop.train()
    told.champion = loop.alias("champion")
    told.back = loop.rollback("77")
    told.after = loop.alias("champion")
    told.manifests = [row for row in read_rows(loop.tables, Manifest, "toy") if row.state == "REGISTERED"]
    told.reports = {row.version: reproduce(loop.context, row.version) for row in told.manifests}
    return told


@pytest.mark.classic
@pytest.mark.slow
def test_a_model_of_spark_is_promoted_scored_and_rolled_back(story):
    assert [story.first.promotion.outcome, story.second.promotion.outcome] == ["PROMOTE", "PROMOTE"]
    assert story.champion == story.second.promotion.version
    assert (story.scored.rows, story.scored.unanswered) == (160, 0)
    assert story.after == story.first.promotion.version
    assert "loaded by MLflow in a session of Spark answers 100 of the newest requests as here" in " ".join(
        story.second.promotion.reasons
    )


@pytest.mark.classic
@pytest.mark.slow
def test_it_learns_all_rows_beyond_the_most_that_this_machine_may_hold(story):
    newest = story.manifests[-1]

    assert (newest.role, newest.trained_rows, newest.sampled) == ("refit", 22 * 20, False)


@pytest.mark.classic
@pytest.mark.slow
def test_every_version_is_fitted_again_to_the_same_predictions(story):
    for version, report in story.reports.items():
        verdicts = {each.what: each.verdict for each in report.comparisons}
        assert set(verdicts.values()) == {"same"}, (version, report.summary)


@pytest.mark.classic
@pytest.mark.slow
def test_others_load_it_by_the_flavour_of_mlflow_for_spark(story, spark):
    name = story.loop.registry.full_name("toy")
    model = mlflow.spark.load_model(f"models:/{name}@champion")

    answers = model.transform(spark.createDataFrame([(-0.5,), (0.5,)], "x double")).select("prediction").collect()

    assert answers[0]["prediction"] < 0 < answers[1]["prediction"]


def test_without_the_java_of_this_process_it_is_refused_before_the_fit(loop, monkeypatch):
    monkeypatch.setattr("retraining.spark_models.spark_place.is_remote", lambda: True)

    with pytest.raises(RegistryError, match=r"over Spark Connect outside Databricks.*Run the job on classic Spark"):
        SparkPlace(loop.tables.spark).ready()
    assert SparkPlace(loop.tables.spark, "/Volumes/main/retraining/checkpoints/models").ready() is not None

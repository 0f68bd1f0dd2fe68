"""Every strategy in the loop: a first champion, a second candidate, and the same fit again."""

from dataclasses import replace

import pytest
from tests.loop import days, toy_spec

from retraining.errors import SpecError
from retraining.stages.reproduce import reproduce
from retraining.strategies.find_strategy import STRATEGIES

pytestmark = pytest.mark.slow

SGD = {"recipe": "recipes.sgd.pipeline"}
ALONE = {
    "full_refit": ({}, "refit"),
    "age_weighted_refit": ({"half_life_days": 5}, "refit"),
    "incremental_update": ({"passes": 2, "rehearse": 0.5, "transformers": "update"}, "update"),
    "correction_ensemble": ({"corrections": 2}, "update"),
    "regime_pool": ({"choose": "loss"}, "update"),
    "differenced_target": ({"subtract": "x"}, "refit"),
}
"""Strategies that start from nothing: their keys, and what the second decision is."""
FROM_A_VERSION = {"fine_tune": {"step": 0.5}, "transfer_head": {}}


def second_training(loop):
    loop.source_has(days(15, 22))
    loop.ingest()
    loop.score()
    decision = loop.check().decision
    manifest = loop.retrain().manifest
    return decision, manifest, loop.promote()


def differing(loop, version):
    report = reproduce(replace(loop.context), version)
    return [each.what for each in report.comparisons if each.same is False]


def test_no_strategy_is_left_out():
    assert {*ALONE, *FROM_A_VERSION, "static"} == set(STRATEGIES)


@pytest.mark.parametrize("name", ALONE)
def test_a_strategy_trains_twice_predicts_and_can_be_fitted_again(loop, name):
    options, action = ALONE[name]
    loop.spec = toy_spec(**SGD, strategy={"name": name, **options}, gate={"deploy": "candidate"})
    loop.source_has(days(1, 14))
    loop.ingest()
    first = loop.train()

    decision, manifest, promoted = second_training(loop)

    assert (first.promotion.outcome, decision.action, manifest.action) == ("PROMOTE", action, action)
    assert promoted.promotion.outcome in ("PROMOTE", "REJECT")
    assert manifest.rehearsed_rows == (manifest.trained_rows // 2 if name == "incremental_update" else 0)
    assert differing(loop, manifest.version) == []


@pytest.mark.parametrize("name", FROM_A_VERSION)
def test_a_strategy_starts_from_a_registered_version(loop, name):
    loop.spec = toy_spec(**SGD, gate={"deploy": "candidate"})
    loop.source_has(days(1, 14))
    loop.ingest()
    first = loop.train().promotion.version
    start = {"model": "toy", "version": first}
    loop.spec = toy_spec(
        **SGD, strategy={"name": name, "start": start, **FROM_A_VERSION[name]}, gate={"deploy": "candidate"}
    )

    _, manifest, _ = second_training(loop)

    tags = loop.registry.tags_of("toy", manifest.version)
    assert (tags["start_model"], tags["start_version"]) == ("toy", first)
    assert differing(loop, manifest.version) == []


def test_a_start_that_is_not_there_stops_the_run_and_the_champion_stays(loop):
    loop.spec = toy_spec(**SGD, gate={"deploy": "candidate"})
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()
    champion = loop.alias("champion")
    start = {"model": "toy", "version": "99"}
    loop.spec = toy_spec(**SGD, strategy={"name": "transfer_head", "start": start}, gate={"deploy": "candidate"})
    loop.source_has(days(15, 22))
    loop.ingest()
    loop.check()

    with pytest.raises(
        SpecError, match=r"toy: strategy.start names version 99 of toy, which cannot be loaded\. The cham"
    ):
        loop.retrain()
    assert loop.alias("champion") == champion


def test_static_keeps_its_first_champion_and_says_why(loop):
    loop.spec = toy_spec(strategy="static")
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()
    loop.source_has(days(15, 22))
    loop.ingest()

    decision = loop.check().decision

    assert (decision.action, decision.reasons) == (
        "keep",
        ("strategy static: the first champion stays, and nothing is trained. Name another strategy to change that.",),
    )
    assert loop.check().decision.evaluation_id == decision.evaluation_id

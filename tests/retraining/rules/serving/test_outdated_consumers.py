"""Which consumers have to follow a new champion."""

from dataclasses import replace

import pytest
from tests.loop import make_run, toy_spec

from retraining.records.promotion import Promotion
from retraining.records.serving import Consumer, ConsumerUpdate
from retraining.rules.serving.outdated_consumers import consumers_of, outdated
from retraining.spec.batch_spec import BatchSpec

STAMP = make_run().stamp
HOOK = {"name": "shop", "webhook": "https://example.com/hook"}
CONSUMERS = (Consumer("endpoint", "toy"), Consumer("batch", "daily"), Consumer("webhook", "shop"))


def promotion(seq, version, state="DECIDED"):
    return Promotion("toy", seq, state, "PROMOTE", version, None, version, None, None, 1, (), **STAMP)


def applied(seq, version):
    return [promotion(seq, version), promotion(seq, version, "APPLIED")]


def updated(seq, version, *names):
    return [ConsumerUpdate("toy", seq, name, version, None, **STAMP) for name in names]


def batch(name="daily", **changes):
    source = {"table": "asked", "keys": ["id"]}
    return BatchSpec.model_validate({"batch": name, "model": "toy", "source": source, **changes})


def names(found):
    return [each.name for each in found]


def test_consumers_are_the_endpoint_the_rescored_batch_tables_and_the_webhooks():
    spec = toy_spec(serving={"endpoint": {}}, gate={"consumers": [HOOK]})
    batches = [
        batch(on_promotion="rescore"),
        batch("kept"),
        batch("pinned", version=3, on_promotion="rescore"),
        batch("other", model="another", on_promotion="rescore"),
    ]

    assert consumers_of(spec, batches) == CONSUMERS
    assert consumers_of(toy_spec(), batches[1:]) == ()


def test_before_the_first_champion_nobody_has_to_follow():
    assert outdated(CONSUMERS, [], []) == ()


def test_while_the_alias_does_not_follow_the_decision_nobody_does():
    assert outdated(CONSUMERS, [promotion(1, "1")], []) == ()


def test_everyone_follows_the_first_champion_and_later_who_has_not_followed_yet():
    rows = [*applied(1, "1"), *applied(2, "3")]
    known = [*updated(1, "1", "endpoint:toy", "batch:daily"), *updated(2, "3", "batch:daily")]

    assert names(outdated(CONSUMERS, applied(1, "1"), [])) == ["endpoint:toy", "batch:daily", "webhook:shop"]
    found = outdated(CONSUMERS, rows, known)
    assert names(found) == ["endpoint:toy", "webhook:shop"]
    assert [(each.version, each.seq, each.previous) for each in found] == [("3", 2, "1"), ("3", 2, None)]


@pytest.mark.parametrize("outcome", ["ROLLBACK", "ADOPTED"])
def test_a_rollback_and_an_adoption_are_new_champions_too(outcome):
    back = [replace(row, outcome=outcome) for row in applied(3, "1")]
    known = updated(2, "3", "endpoint:toy")

    assert names(outdated(CONSUMERS[:1], [*applied(2, "3"), *back], known)) == ["endpoint:toy"]


def test_a_refused_candidate_and_an_alias_that_is_put_back_change_nothing():
    refused = replace(promotion(2, "1"), outcome="REJECT", candidate_version="2")
    healed = [replace(row, outcome="HEAL") for row in applied(3, "1")]
    known = updated(1, "1", "endpoint:toy")

    assert outdated(CONSUMERS[:1], [*applied(1, "1"), refused, *healed], known) == ()

"""Each consumer follows a new champion once: what fails is due again, what is done is not, after a kill too."""

import json
from dataclasses import replace

import pytest
from tests.loop import make_run, toy_spec
from tests.webhook_receiver import receiving_webhooks

from retraining.adapters.tables.ledgers_of_model import append_rows, read_rows
from retraining.errors import TaskFailedError
from retraining.failpoints import VARIABLE, FailpointError
from retraining.records.promotion import Promotion
from retraining.records.serving import ConsumerUpdate, OutdatedConsumer
from retraining.spec.batch_spec import BatchSpec
from retraining.stages.announce_champions import announce_champions
from retraining.stages.list_consumers import list_consumers
from retraining.steps.serving.consumers_context import ConsumersContext

DONE = {"endpoint": "success", "batch": "success"}
BATCH = BatchSpec.model_validate(
    {"batch": "daily", "model": "toy", "source": {"table": "asked", "keys": ["id"]}, "on_promotion": "rescore"}
)


def go_live(loop, seq, version):
    """The rows that a promotion leaves."""
    decided = Promotion(
        "toy", seq, "DECIDED", "PROMOTE", version, None, version, f"key {version}", None, 1, (), **make_run().stamp
    )
    append_rows(loop.tables, "promote", [decided])
    append_rows(loop.tables, "apply", [replace(decided, state="APPLIED")])


@pytest.fixture
def receiver():
    with receiving_webhooks() as receiver:
        yield receiver


@pytest.fixture
def context(loop, receiver):
    """One model with an endpoint, a batch table and a webhook; another whose spec cannot be read."""
    hook = {"name": "shop", "webhook": receiver.address}
    spec = toy_spec(serving={"endpoint": {}}, gate={"consumers": [hook]})
    go_live(loop, 1, "1")
    return ConsumersContext(loop.tables, {"broken": None, "toy": spec}, (BATCH,), make_run("7"), lambda *_: "")


def announce(context, states=DONE, due=None):
    due = list_consumers(context).consumers if due is None else due
    return announce_champions(replace(context, run=make_run("8")), due, states)


def updates(context):
    return [(row.consumer, row.version, row.previous) for row in read_rows(context.tables, ConsumerUpdate, "toy")]


def test_everyone_is_told_once(loop, context, receiver):
    due = list_consumers(context)
    done = announce(context)
    again = announce(context)
    go_live(loop, 2, "3")
    announce(context)

    assert (due.endpoints, due.batches) == (["toy"], ["daily"])
    assert [OutdatedConsumer(**each) for each in json.loads(due.as_json)] == list(due.consumers)
    assert (len(done.followed), done.behind) == (3, {})
    assert again.summary == "Every consumer knows the champion of its model."
    assert [(each["version"], each["previous"], each["promotion"]) for each in receiver.messages] == [
        ("1", None, 1),
        ("3", "1", 2),
    ]
    assert {row for row in updates(context) if row[1] == "3"} == {
        (name, "3", "1") for name in ("endpoint:toy", "batch:daily", "webhook:shop")
    }


def test_what_failed_is_due_again_and_nothing_else(context, receiver):
    receiver.status = 500
    failed = announce(context, {"endpoint": "failed", "batch": "success"})
    with pytest.raises(TaskFailedError) as raised:
        failed.raise_if_behind()
    left = list_consumers(context)
    receiver.status = 204
    announce(context)

    assert [each.name for each in failed.followed] == ["batch:daily"]
    assert "update_endpoint ended failed" in str(raised.value)
    assert "Consumer shop answered with status 500" in str(raised.value)
    assert [each.name for each in left.consumers] == ["endpoint:toy", "webhook:shop"]
    assert sorted(name for name, _, _ in updates(context)) == ["batch:daily", "endpoint:toy", "webhook:shop"]


def test_a_run_that_is_killed_after_the_message_posts_the_same_promotion_again(context, receiver, monkeypatch):
    due = [each for each in list_consumers(context).consumers if each.role == "webhook"]
    monkeypatch.setenv(VARIABLE, "announce.after_post=raise")
    with pytest.raises(FailpointError):
        announce(context, due=due)
    monkeypatch.delenv(VARIABLE)
    announce(context)

    assert {each["promotion"] for each in receiver.messages} == {1}
    assert len(receiver.messages) == 2
    assert len(updates(context)) == 3


def test_a_consumer_that_was_not_started_is_behind(context):
    assert "update_endpoint ended without a state" in announce(context, {"batch": "success"}).summary


def test_two_models_with_a_webhook_of_the_same_name_are_both_behind(context, receiver):
    receiver.status = 500
    both = replace(context, specs={**context.specs, "other": context.specs["toy"]})
    due = [OutdatedConsumer("webhook", "shop", model, "1", 1, None) for model in ("toy", "other")]

    assert [each.model for each in announce(both, due=due).behind] == ["toy", "other"]

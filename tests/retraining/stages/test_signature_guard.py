"""A candidate that ignores a column callers send: refused, agreed to, and told to them before it goes live."""

from types import SimpleNamespace

import pytest
from tests.loop import ageing, toy_spec
from tests.webhook_receiver import receiving_webhooks

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NotifyError
from retraining.records.promotion import Promotion

pytestmark = pytest.mark.slow

COLUMNS = "id string, at timestamp, x double, y double, w double"


@pytest.fixture(scope="module")
def consumer():
    with receiving_webhooks() as server:
        server.status = 500
        yield server


@pytest.fixture(scope="module")
def story(make_loop, consumer):
    loop, told = make_loop(), SimpleNamespace(loop=None)

    def arrive(first, last, *numeric, **gate):
        loop.source_has([(*row, float(place % 7)) for place, row in enumerate(ageing(first, last))], COLUMNS)
        loop.ingest()
        listed = [{"name": "pricing", "webhook": consumer.address}]
        loop.spec = toy_spec(
            columns={"label": "y", "numeric": list(numeric)}, gate={"kind": "refresh", "consumers": listed, **gate}
        )

    arrive(1, 14, "x", "w")
    told.first = loop.train()
    arrive(15, 24, "x")
    told.refused, told.alias, told.silent = loop.train(), loop.alias("champion"), consumer.messages
    arrive(25, 34, "x", may_change_signature=["w"])
    told.failures = {}
    for status in (500, 302):
        consumer.status = status
        with pytest.raises(NotifyError) as caught:
            loop.train()
        told.failures[status] = str(caught.value)
    told.decided, told.alias_then = read_rows(loop.tables, Promotion, "toy"), loop.alias("champion")
    consumer.status = 204
    consumer.answered.clear()
    told.passed, told.again = loop.promote(), loop.promote()
    told.loop = loop
    return told


def test_a_dropped_column_is_refused_and_the_champion_stays(story):
    (failed,) = [each for each in story.refused.checks if each.verdict == "failed"]

    assert (story.refused.promotion.outcome, failed.check) == ("REJECT", "signature")
    assert story.refused.promotion.reasons == (failed.sentence,)
    assert "`w` is no longer taken" in failed.sentence
    assert story.alias == story.first.promotion.version
    assert story.silent == []


@pytest.mark.parametrize("status", [500, 302])
def test_nothing_goes_live_that_a_consumer_was_not_told_of(story, status):
    assert story.failures[status].startswith(f"Consumer pricing answered with status {status}, expected a status below")
    assert story.alias_then == story.first.promotion.version
    assert story.decided[-1].outcome == "REJECT"


def test_an_agreed_change_goes_live_and_each_consumer_was_told_once(story, consumer):
    promoted = story.passed.promotion

    assert (promoted.outcome, story.loop.alias("champion")) == ("PROMOTE", promoted.version)
    assert story.again.promotion == promoted
    (message,) = consumer.messages
    assert message["champion"] == story.first.promotion.version
    assert (message["version"], message["retrain_key"]) == (promoted.version, promoted.retrain_key)
    assert "`w` is no longer taken" in message["what"]

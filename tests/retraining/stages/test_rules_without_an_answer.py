"""A rule that has no answer to a row keeps the row out, and never the batch."""

import pytest
from tests.loop import toy_spec

from retraining.errors import HeldBatchError

TEN = "2013-01-31 10:00"
REGRESSION = ("regression", "id string, at timestamp, x double, y double", [1.0, 2.0, 3.0])
CLASSES = ("classification", "id string, at timestamp, x double, y string", ["a", "b", "c"])
RATIO = {"rule": "sql", "name": "ratio", "condition": "1 / x < 100"}
SHORT = {"rule": "sql", "name": "short", "condition": "cast(id AS int) < 5", "severity": "warn"}


@pytest.mark.parametrize(("kind", "columns", "labels"), [REGRESSION, CLASSES], ids=["numbers", "three classes"])
def test_a_row_without_an_answer_is_quarantined_or_warned_of_and_the_batch_goes_on(make_loop, kind, columns, labels):
    loop = make_loop()
    recipe = {"regression": "recipes.ridge.pipeline", "classification": "recipes.logistic.pipeline"}[kind]
    loop.spec = toy_spec(kind=kind, recipe=recipe, quality={"rules": [RATIO, SHORT]})
    loop.source_has([("1", TEN, 1.0, labels[0]), ("one", TEN, 1.0, labels[1]), ("2", TEN, 0.0, labels[2])], columns)

    report = loop.ingest()

    assert (loop.accepted_keys(), report.reasons) == (["1", "one"], ("ratio: could not be answered",))
    assert loop.reasons_of("2") == ["ratio: could not be answered"]
    assert [(each.rule, each.rows) for each in report.warnings] == [("short", 1)]
    assert loop.accepted("_warnings")["one"] == ["short: could not be answered"]
    assert loop.states_of_batches() == ["PLANNED", "COMMITTED"]


def test_a_rule_of_severity_fail_without_an_answer_holds_the_batch(loop):
    loop.spec = toy_spec(quality={"rules": [{**RATIO, "severity": "fail"}]})
    loop.source_has([("a", TEN, 1.0, 1.0), ("b", TEN, 0.0, 1.0)])

    with pytest.raises(HeldBatchError, match="ratio"):
        loop.ingest()
    stored = loop.tables.read("toy_observations").orderBy("id").select("_quarantine_reasons").collect()
    assert [row[0] for row in stored] == [[], ["ratio: could not be answered"]]

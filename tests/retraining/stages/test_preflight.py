"""Each right that the loop needs is tried, and the one that is missing is named with its GRANT."""

from dataclasses import replace

import pytest
from tests.loop import UNLABELLED, labelled_spec, toy_spec

from retraining.stages.preflight import preflight

pytestmark = pytest.mark.slow


def test_a_table_of_labels_that_cannot_be_read_is_missing_with_the_grant(loop):
    loop.source_has([], UNLABELLED)

    report = preflight(replace(loop.context, spec=labelled_spec()), loop.source)

    (missing,) = report.missing
    table = loop.tables.name("toy_said")
    assert missing.what == f"read {table}, the table of labels of toy"
    assert missing.grant.startswith(f"GRANT SELECT ON TABLE {table} TO ")


def test_the_secret_that_holds_a_webhook_is_read_and_one_that_is_missing_is_named_with_the_right(loop):
    loop.source_has([])
    routes = [{"name": "pager", "scope": "retraining", "key": key} for key in ("there", "gone")]
    secrets = {("retraining", "there"): "https://example.com/hook"}
    context = replace(loop.context, spec=toy_spec(alerts={"webhooks": routes}), read_secret=lambda *key: secrets[key])

    report = preflight(context, loop.source)

    (missing,) = report.missing
    assert missing.what == "read the secret gone of scope retraining, the address of pager"
    assert missing.grant.endswith(f"databricks secrets put-acl retraining {report.principal} READ")
    assert "https" not in report.summary


def test_a_table_that_a_rule_refers_to_is_missing_with_the_grant(loop):
    loop.source_has([])
    rule = {"rule": "foreign_key", "column": "id", "table": "main.places.towns"}

    report = preflight(replace(loop.context, spec=toy_spec(quality={"rules": [rule]})), loop.source)

    (missing,) = report.missing
    assert missing.what == "read `main`.`places`.`towns`, for the rule id_foreign_key"
    assert missing.grant.startswith("GRANT SELECT ON TABLE `main`.`places`.`towns` TO ")

"""An endpoint's definition is exported, pointed to another version, and compared."""

import pytest

from retraining.errors import ServiceError
from retraining.service.definition import other_changes, point_to, version_of
from retraining.service.find_job import matching
from retraining.service.samples import consumption

LIVE = {
    "served_entities": [
        {"name": "rain-1", "entity_name": "main.dev.rain", "entity_version": "1", "workload_size": "Small"},
    ],
    "traffic_config": {"routes": [{"served_model_name": "rain-1", "traffic_percentage": 100}]},
    "config_version": 4,
}


def test_a_definition_is_pointed_to_another_version_and_keeps_the_rest():
    pointed = point_to(LIVE, "12")

    assert version_of(pointed) == "12"
    assert pointed["served_entities"][0]["name"] == "rain-12"
    assert pointed["served_entities"][0]["workload_size"] == "Small"
    assert pointed["traffic_config"]["routes"] == [{"served_model_name": "rain-12", "traffic_percentage": 100}]
    assert version_of(LIVE) == "1"
    assert other_changes(LIVE, pointed) == []


def test_what_else_a_definition_changes_is_named():
    changed = point_to(LIVE, "2")
    changed["served_entities"][0]["workload_size"] = "Large"
    assert other_changes(LIVE, changed) == ["workload_size"]


@pytest.mark.parametrize("entities", [[], LIVE["served_entities"] * 2])
def test_a_definition_of_several_versions_or_none_cannot_be_pointed_elsewhere(entities):
    with pytest.raises(ServiceError, match="Expected one"):
        point_to({"served_entities": entities}, "2")


def test_jobs_are_found_by_their_key_whatever_the_target_adds():
    names = {
        1: "[dev ann] retraining: retraining [dev]",
        2: "retraining: retraining [prod]",
        3: "retraining: retrain_all [prod]",
        4: None,
    }
    assert [each.id for each in matching(names, "retraining", None)] == [1, 2]
    assert [each.id for each in matching(names, "retraining", "prod")] == [2]
    assert matching(names, "retraining", "staging") == []


def test_samples_ask_with_the_columns_of_the_endpoint_and_hold_no_token():
    row = {"type": "object", "properties": {"air time": {"type": "number"}, "it's": {"type": "string"}}}
    schema = {"properties": {"dataframe_records": {"items": row}}}
    content = {"application/json": {"schema": schema}}
    document = {"paths": {"/invocations": {"post": {"requestBody": {"content": content}}}}}

    samples = consumption("http://host/serving-endpoints/e/invocations", document)

    assert """-d '{"dataframe_records": [{"air time": 1, "it'\\''s": "text"}]}'""" in samples.curl
    assert compile(samples.python, "sample", "exec")
    for text in (samples.curl, samples.python, samples.r):
        assert "DATABRICKS_TOKEN" in text
        assert "http://host/serving-endpoints/e/invocations" in text

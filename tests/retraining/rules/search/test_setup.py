"""What a service must know before the first run, and what may differ from it."""

import copy

import pytest

from retraining.rules.search.setup import differences, setup_of, updated
from retraining.spec.index_spec import IndexSpec

ACCOUNT = "https://a.blob.core.windows.net"


def spec(**changed):
    content = {
        "index": "pages",
        "documents": {"path": "/Volumes/main/docs/pages", **changed.get("documents", {})},
        "copies": {"account": ACCOUNT, "container": "pages", "prefix": "docs", **changed.get("copies", {})},
        "search": {"endpoint": "https://s.search.windows.net", "index": "pages", **changed.get("search", {})},
    }
    return IndexSpec.model_validate(content)


def found(of):
    """What a service would have of a setup, with what it adds itself."""
    made = copy.deepcopy({"index": of.index, "data_source": of.data_source, "indexer": of.indexer})
    made["index"]["scoringProfiles"] = []
    made["index"]["fields"].append({"name": "vector", "type": "Collection(Edm.Single)", "searchable": True})
    made["data_source"]["credentials"] = {"connectionString": None}
    made["indexer"]["skillsetName"] = "of the user"
    for each in made["index"]["fields"]:
        each["analyzer"] = None
    return made


def test_the_deletion_policy_is_there_from_the_beginning():
    policy = setup_of(spec(), "c").data_source["dataDeletionDetectionPolicy"]

    assert policy["@odata.type"] == "#Microsoft.Azure.Search.SoftDeleteColumnDeletionDetectionPolicy"
    assert (policy["softDeleteColumnName"], policy["softDeleteMarkerValue"]) == ("document_deleted", "true")


def test_nothing_is_written_where_all_is_there_and_what_users_added_is_no_difference():
    wanted = setup_of(spec(), "c")

    assert differences(wanted, found(wanted)) == []
    assert updated(wanted, found(wanted)) == {}
    assert list(updated(wanted, {})) == ["index", "data_source", "indexer"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda has: has["data_source"].pop("dataDeletionDetectionPolicy"), "deletion policy"),
        (lambda has: has["data_source"]["container"].update(query="other/"), "container query"),
        (lambda has: has["index"]["fields"][0].update(key=False), "field id: key"),
        (lambda has: has["index"]["fields"].pop(0), "field id"),
        (lambda has: has["index"]["fields"][1].update(filterable=False), "document_key: filterable"),
        (lambda has: has["indexer"].update(targetIndexName="other"), "targetIndexName"),
        (lambda has: has["indexer"]["fieldMappings"].pop(0), "field mapping document_key -> id"),
        (lambda has: has["indexer"]["parameters"]["configuration"].update(parsingMode="json"), "parsingMode"),
    ],
)
def test_what_would_leave_wrong_documents_in_the_index_is_fixed(change, where):
    wanted = setup_of(spec(), "c")
    has = found(wanted)
    change(has)

    different = differences(wanted, has)

    assert different
    assert all(each.is_fixed and where in each.where for each in different)


def test_what_can_change_is_changed_and_what_users_added_stays():
    has = found(setup_of(spec(), "c"))
    has["index"]["fields"] = [each for each in has["index"]["fields"] if each["name"] != "modified"]
    wanted = setup_of(spec(search={"every": "15 minutes"}), "c")

    written = updated(wanted, has)

    assert sorted(written) == ["index", "indexer"]
    assert written["indexer"]["schedule"] == {"interval": "PT15M"}
    assert written["indexer"]["skillsetName"] == "of the user"
    assert {"vector", "modified"} <= {each["name"] for each in written["index"]["fields"]}


@pytest.mark.parametrize(
    ("text", "iso"), [("5 minutes", "PT5M"), ("1 hour", "PT1H"), ("90 minutes", "PT90M"), ("1 day", "PT24H")]
)
def test_intervals_are_written_as_the_service_reads_them(text, iso):
    assert setup_of(spec(search={"every": text}), "c").indexer["schedule"] == {"interval": iso}


def test_a_json_array_has_its_own_key_and_fields():
    documents = {"format": "json_array", "key": "sku", "fields": {"title": "text", "price": "number"}}
    made = setup_of(spec(documents=documents), "c")

    assert {each["name"]: each["type"] for each in made.index["fields"]}["price"] == "Edm.Double"
    assert "content" not in {each["name"] for each in made.index["fields"]}
    assert made.indexer["fieldMappings"][0]["sourceFieldName"] == "sku"
    assert made.indexer["fieldMappings"][0]["mappingFunction"]["name"] == "base64Encode"

"""The first run makes data source, index and indexer; a later one changes what can be changed and refuses the rest."""

import pytest
from tests.search_places import with_spec

from retraining.errors import SearchSetupError


def test_the_first_run_makes_everything_with_the_deletion_policy_in_it(places):
    places.write("a.txt")
    name = places.spec.search.index

    first = places.refresh()
    second = places.refresh()

    assert first.made == (f"index {name}", f"data source {name}", f"indexer {name}")
    assert second.made == ()
    source = places.server.service.definitions["datasources"][name]
    assert source["dataDeletionDetectionPolicy"]["softDeleteColumnName"] == "document_deleted"
    assert places.server.service.shown("datasources", name)["credentials"] == {"connectionString": None}


def test_another_clock_is_written_and_nothing_else_is_touched(places):
    places.refresh()
    name = places.spec.search.index
    places.server.service.definitions["indexers"][name]["description"] = "written by a person"

    report = with_spec(places, search={"every": "15 minutes"}).refresh()

    indexer = places.server.service.definitions["indexers"][name]
    assert report.made == (f"indexer {name}",)
    assert indexer["schedule"]["interval"] == "PT15M"
    assert indexer["description"] == "written by a person"


def test_a_data_source_without_the_policy_is_refused_before_anything_is_copied(places):
    places.refresh()
    name = places.spec.search.index
    del places.server.service.definitions["datasources"][name]["dataDeletionDetectionPolicy"]
    places.write("a.txt")

    with pytest.raises(SearchSetupError, match=rf"data source {name}: deletion policy @odata\.type is None, expected"):
        places.refresh()

    assert places.copies == {}


def test_an_index_of_somebody_else_is_refused(places):
    fields = [{"name": "key", "type": "Edm.String", "key": True}]
    places.server.service.write("indexes", places.spec.search.index, {"name": "x", "fields": fields})

    with pytest.raises(SearchSetupError, match="field id is 'missing', expected 'there'"):
        places.refresh()

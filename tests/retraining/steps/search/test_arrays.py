"""A document that holds a JSON array: an entry for each element, and none for an element that it lost."""

import json

import pytest
from tests.search_places import make_places

ARRAY = {"format": "json_array", "key": "sku", "fields": {"title": "text", "price": "number"}}


@pytest.fixture
def shop(tmp_path, storage, server):
    folder = tmp_path / "shop"
    folder.mkdir()
    made = make_places(folder, storage, server, documents=ARRAY)
    yield made
    made.close()


def article(sku):
    return {"sku": sku, "title": f"article {sku}", "price": 1.5}


def write(shop, name, *skus):
    shop.write(name, json.dumps([article(sku) for sku in skus]))


def titles(shop):
    return sorted(entry["title"].removeprefix("article ") for entry in shop.entries.values())


def test_elements_come_and_go_with_their_array(shop):
    write(shop, "a.json", "1/x", "2", "3 & 4")
    write(shop, "b.json", "5")
    shop.refresh()
    assert titles(shop) == ["1/x", "2", "3 & 4", "5"]

    write(shop, "a.json", "2", "6")
    shop.refresh()
    assert titles(shop) == ["2", "5", "6"]

    write(shop, "a.json")
    shop.refresh()
    assert titles(shop) == ["5"]
    assert shop.ledger.states == {"a.json": "INDEXED", "b.json": "INDEXED"}


def test_all_elements_of_a_deleted_array_leave_although_the_indexer_leaves_them(shop):
    write(shop, "a.json", *map(str, range(120)))
    write(shop, "b.json", "of b")
    shop.refresh()
    (shop.folder / "a.json").unlink()

    report = shop.refresh()

    assert (titles(shop), report.run.gone) == (["of b"], 1)
    assert set(shop.copies) == {"docs/b.json"}


def test_an_array_that_cannot_be_read_keeps_its_elements(shop):
    write(shop, "a.json", "1", "2")
    shop.refresh()
    shop.write("a.json", '[{"sku": "1"')

    report = shop.refresh()

    assert (titles(shop), report.run.failed) == (["1", "2"], 1)
    write(shop, "a.json", "2")
    shop.refresh()
    assert titles(shop) == ["2"]

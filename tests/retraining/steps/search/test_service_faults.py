"""A service that is busy, down, slow, or only half answers: bounded retries, one clear error, and the next run goes
on."""

import time

import pytest
from tests.search_places import with_spec

from retraining.errors import SearchError
from retraining.rules.search.document_names import document_key


def two_documents(places):
    places.write("a.txt", "a")
    places.write("b.txt", "b")


def asked(places, part):
    return sum(part in each for each in places.server.asked)


@pytest.mark.parametrize(
    ("part", "status"),
    [("search.run", 429), ("search.run", 503), ("search.status", 503), ("post.search", 429), ("PUT", 503)],
)
def test_a_busy_service_is_asked_again_as_it_says(places, part, status):
    two_documents(places)
    places.server.answer(part, status, times=2, Retry_After="0")

    places.refresh()

    places.check_all_agree()


def test_a_service_that_asks_for_an_hour_gets_much_less(places, monkeypatch):
    monkeypatch.setattr("retraining.adapters.search.azure_calls.MOST_WAIT", 0.1)
    two_documents(places)
    places.server.answer("search.run", 429, times=99, Retry_After="3600")
    began = time.monotonic()

    with pytest.raises(SearchError, match=r"status 429 .* It was asked several times"):
        places.refresh()

    assert time.monotonic() - began < 20
    assert asked(places, "search.run") == 5


def test_a_service_that_stays_down_is_one_error_and_the_next_run_goes_on(places):
    two_documents(places)
    places.server.answer("search.run", 429, times=1_000)
    places.sleep = lambda _: None

    with pytest.raises(SearchError, match=r"search service of index pages-\w+ answered with status 429"):
        places.refresh()

    assert places.ledger.states == {"a.txt": "COPIED", "b.txt": "COPIED"}
    assert [row.state for row in places.ledger.runs] == ["OPENED"]
    places.server.planned.clear()
    places.sleep = time.sleep
    report = places.refresh()
    assert (report.run.copied, report.run.indexed) == (0, 2)
    places.check_all_agree()


def test_a_wrong_key_is_named_and_nothing_is_copied(places):
    two_documents(places)
    places.server.key = "another"

    with pytest.raises(SearchError, match=r"answered with status 403 .* roles"):
        places.refresh()

    assert places.ledger.states == {}


def test_an_expired_token_is_named(places):
    two_documents(places)
    places.server.answer("GET", 401, times=99)

    with pytest.raises(SearchError, match=r"refuses who is asking .* that it has not run out"):
        places.refresh()


def test_a_container_that_is_not_there_is_named_and_the_next_run_goes_on(places):
    two_documents(places)
    places.container.delete_container()

    with pytest.raises(SearchError, match=r"container pages-\w+ of http://127.* status 404 \(ContainerNotFound\)"):
        places.refresh()

    places.container.create_container()
    places.refresh()
    places.check_all_agree()


def test_an_indexer_that_runs_already_is_waited_for_and_started_again(places):
    two_documents(places)
    places.refresh()
    places.server.service.seconds_a_run = 0.5
    places.server.service.start(places.spec.search.index)
    places.write("c.txt", "c")

    places.refresh()

    places.check_all_agree()
    assert asked(places, "search.run") >= 2


def test_an_indexer_that_does_not_end_is_left_and_asked_by_the_next_run(places):
    two_documents(places)
    places.server.service.seconds_a_run = 3
    places.most_seconds = 0.2

    with pytest.raises(SearchError, match=r"has not ended after 0 s, which `search\.wait`"):
        places.refresh()

    places.most_seconds = 20
    places.refresh()
    places.check_all_agree()


def test_a_run_that_fails_as_a_whole_says_so_without_values(places):
    two_documents(places)
    places.server.service.fail_runs.append("cannot read 'a secret value' of the container")

    report = places.refresh()

    assert report.run.waiting == 2
    with pytest.raises(SearchError, match=r"the indexer's run failed: RuntimeError: cannot read '\.\.\.' of"):
        report.raise_if_failed()
    places.refresh().raise_if_failed()
    places.check_all_agree()


def test_a_refused_document_is_tried_three_times_and_then_when_it_changes(places):
    two_documents(places)
    places.server.service.refused["a.txt"] = "the value 'secret' cannot be read"

    copied = [places.refresh().run.copied for _ in range(5)]

    assert copied == [2, 1, 1, 0, 0]
    (row,) = places.ledger.newest(("FAILED",))
    assert (row.path, row.attempts, row.error) == ("a.txt", 3, "status 400: the value '...' cannot be read")
    places.server.service.refused.clear()
    places.write("a.txt", "corrected")
    places.refresh()
    places.check_all_agree()


def left_over(places):
    """An entry of a document that leaves, which the indexer does not take away."""
    two_documents(places)
    places.refresh()
    key = document_key("a.txt")
    entry = dict(places.entries[key])
    places.entries["orphan"] = {**entry, "id": "orphan"}
    (places.folder / "a.txt").unlink()


def test_an_entry_that_the_indexer_leaves_behind_is_deleted_by_its_key(places):
    left_over(places)

    places.refresh()

    places.check_all_agree()


def test_entries_that_a_request_left_in_the_index_are_deleted_again(places):
    left_over(places)
    places.server.service.undeletable["orphan"] = [503, 409]

    places.refresh()

    places.check_all_agree()


def test_a_copy_stays_while_the_index_does_not_let_its_entry_go(places):
    left_over(places)
    places.server.service.undeletable["orphan"] = [400]

    with pytest.raises(SearchError, match="refused to delete 1 entries, the first with status 400"):
        places.refresh()

    assert "docs/a.txt" in places.copies
    assert places.ledger.states["a.txt"] == "MARKED"
    places.refresh()
    places.check_all_agree()


def test_a_copy_that_was_written_again_after_its_mark_is_not_removed(places):
    two_documents(places)
    places.refresh()
    (places.folder / "a.txt").unlink()
    places.server.service.fail_runs.append("later")
    places.refresh()
    places.container.upload_blob("docs/a.txt", b"of somebody else", overwrite=True)

    places.refresh()
    assert places.ledger.states["a.txt"] == "LEAVING"
    places.refresh()

    places.check_all_agree()


def test_an_indexer_with_a_clock_of_its_own_is_not_started_but_asked(places):
    two_documents(places)
    with_spec(places, search={"run": "by_schedule", "every": "5 minutes"})
    first = places.refresh()
    assert (first.run.waiting, asked(places, "search.run")) == (2, 0)

    time.sleep(1.1)
    places.server.service.start(places.spec.search.index)
    time.sleep(0.5)
    second = places.refresh()

    assert (second.run.indexed, second.run.waiting) == (2, 0)
    places.check_all_agree()

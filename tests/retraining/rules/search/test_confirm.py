"""What became of a document, from what the index holds of it and what the indexer said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from retraining.records.search import DocumentFault, IndexedEntry, IndexerRun
from retraining.rules.search.confirm import NOT_THERE, Verdict, confirm, errors_by_document
from retraining.rules.search.document_names import document_key

from .test_compare import AT, KNOWN

COPIED = replace(KNOWN, state="COPIED", content_hash="new", blob="docs/a.txt")
MARKED = replace(COPIED, state="MARKED")
AFTER = IndexerRun("success", AT + timedelta(seconds=2), AT + timedelta(seconds=3))
BEFORE = IndexerRun("success", AT - timedelta(seconds=2), AT - timedelta(seconds=1))
SAME_SECOND = IndexerRun("success", AT + timedelta(milliseconds=900), AT + timedelta(seconds=3))
FAILED = IndexerRun("failed", AT + timedelta(seconds=2), AT + timedelta(seconds=3))


def entry(name, content_hash):
    return IndexedEntry(name, document_key("a.txt"), content_hash)


@pytest.mark.parametrize(
    ("entries", "run", "expected"),
    [
        ([entry("k", "new")], AFTER, Verdict("INDEXED")),
        ([entry("k", "old")], BEFORE, Verdict("COPIED")),
        ([entry("k", "old")], SAME_SECOND, Verdict("COPIED")),
        ([entry("k", "old")], FAILED, Verdict("COPIED")),
        ([], AFTER, Verdict("FAILED", NOT_THERE)),
        ([], IndexerRun("never"), Verdict("COPIED")),
        ([entry("k", "new")], FAILED, Verdict("INDEXED")),
    ],
)
def test_a_copy_is_indexed_when_the_index_holds_exactly_its_content(entries, run, expected):
    assert confirm(COPIED, entries, run, {}, is_array=False) == expected


def test_an_error_of_the_indexer_is_the_document_s():
    assert confirm(COPIED, [], AFTER, {document_key("a.txt"): "no text"}, False) == Verdict("FAILED", "no text")
    assert confirm(COPIED, [], AFTER, {"https://x/c/docs/a.txt": "no text"}, False) == Verdict("FAILED", "no text")
    assert confirm(COPIED, [], AFTER, {"https://x/c/docs/ba.txt": "no text"}, False) == Verdict("FAILED", NOT_THERE)
    assert confirm(COPIED, [], BEFORE, {document_key("a.txt"): "of an earlier copy"}, False) == Verdict("COPIED")


def test_elements_that_an_array_lost_leave_the_index():
    entries = [entry("1", "new"), entry("2", "old"), entry("3", "new")]

    assert confirm(COPIED, entries, AFTER, {}, is_array=True) == Verdict("INDEXED", None, ("2",))
    assert confirm(COPIED, entries, FAILED, {}, is_array=True) == Verdict("COPIED")
    assert confirm(COPIED, entries[1:2], AFTER, {}, is_array=True) == Verdict("INDEXED", None, ("2",))
    assert confirm(COPIED, [], AFTER, {}, is_array=True) == Verdict("INDEXED")


def test_no_element_is_deleted_of_an_array_that_could_not_be_read():
    faults = {document_key("a.txt"): "not JSON"}

    assert confirm(COPIED, [entry("1", "old")], AFTER, faults, is_array=True) == Verdict("FAILED", "not JSON")


def test_a_marked_copy_goes_after_the_indexer_has_seen_the_mark():
    assert confirm(MARKED, [], AFTER, {}, False) == Verdict("GONE")
    assert confirm(MARKED, [], BEFORE, {}, False) == Verdict("MARKED")
    assert confirm(MARKED, [], FAILED, {}, False) == Verdict("MARKED")
    assert confirm(MARKED, [entry("k", "new")], AFTER, {}, False) == Verdict("GONE", None, ("k",))
    assert confirm(MARKED, [entry("k", "new")], BEFORE, {}, False) == Verdict("MARKED")


def test_what_was_planned_and_never_copied_goes_without_the_indexer():
    planned = replace(MARKED, copied_at=None, etag=None)

    assert confirm(planned, [], FAILED, {}, False) == Verdict("GONE")


def test_errors_are_found_under_key_and_address_and_warnings_are_none():
    key = document_key("a b.txt")
    named = f"localId=https%3a%2f%2fx.blob%2fdocs%2fa%20b.txt&documentKey={key}"
    faults = [
        DocumentFault(named, "first"),
        DocumentFault(named, "second"),
        DocumentFault("localId=https%3a%2f%2fx%2fc.json%3b4&documentKey=NDE1", "element"),
        DocumentFault("localId=https%3a%2f%2fx%2fd.txt", "slow", is_error=False),
    ]

    assert errors_by_document(faults) == {
        key: "first",
        "https://x.blob/docs/a b.txt": "first",
        "https://x/c.json": "element",
    }

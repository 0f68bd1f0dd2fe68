"""What a run does with each document, from the source's list and what is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from retraining.errors import SourceError
from retraining.records.search import IndexDocument, SourceDocument
from retraining.rules.search.compare import MOST_ATTEMPTS, compare, too_many_leave

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
LISTED = SourceDocument("a.txt", 3, AT)
KNOWN = IndexDocument(
    index="pages",
    path="a.txt",
    seq=1,
    step=4,
    state="INDEXED",
    size=3,
    modified=AT,
    content_hash="h",
    made_by="m",
    blob="a.txt",
    etag="e",
    copied_at=AT,
    indexed_at=AT,
    attempts=0,
    error=None,
    run_id="r",
    attempt_id="t",
    at=AT,
)


def works(listing, known, made_by="m", on_delete="remove"):
    return {each.path: each.what for each in compare(listing, known, made_by, on_delete)}


@pytest.mark.parametrize(
    ("state", "listed", "missing"),
    [
        ("PLANNED", "copy", "leave"),
        ("COPIED", "wait", "leave"),
        ("INDEXED", "keep", "leave"),
        ("FAILED", "copy", "leave"),
        ("LEAVING", "copy", "keep"),
        ("MARKED", "copy", "wait"),
    ],
)
def test_what_a_killed_run_left_is_finished_whether_the_document_is_still_there_or_not(state, listed, missing):
    known = replace(KNOWN, state=state)

    assert works([LISTED], [known]) == {"a.txt": listed}
    assert works([], [known]) == {"a.txt": missing}


def test_a_document_that_is_gone_is_new_when_it_comes_back_and_nothing_while_it_does_not():
    known = replace(KNOWN, state="GONE")

    assert works([LISTED], [known]) == {"a.txt": "copy"}
    assert works([], [known]) == {}


@pytest.mark.parametrize("change", [{"size": 4}, {"modified": AT + timedelta(microseconds=1)}])
def test_another_size_or_time_is_a_reason_to_look_at_the_content(change):
    assert works([replace(LISTED, **change)], [KNOWN]) == {"a.txt": "look"}


def test_a_content_that_was_never_read_is_copied_without_a_look():
    assert works([replace(LISTED, size=4)], [replace(KNOWN, state="FAILED", content_hash=None)]) == {"a.txt": "copy"}


def test_a_document_that_is_refused_again_and_again_waits_until_it_changes():
    refused = replace(KNOWN, state="FAILED", attempts=MOST_ATTEMPTS)

    assert works([LISTED], [refused]) == {"a.txt": "keep"}
    assert works([replace(LISTED, size=4)], [refused]) == {"a.txt": "look"}


def test_another_way_to_make_copies_makes_every_copy_again():
    assert works([LISTED], [KNOWN], made_by="other") == {"a.txt": "copy"}


def test_a_renamed_document_leaves_and_comes():
    assert works([replace(LISTED, path="b.txt")], [KNOWN]) == {"a.txt": "leave", "b.txt": "copy"}


def test_documents_that_left_are_kept_where_the_spec_says_so():
    assert works([], [KNOWN], on_delete="keep") == {"a.txt": "keep"}


def test_both_sides_are_read_once_and_side_by_side():
    many = 20_000
    names = [f"{number:06}" for number in range(many)]
    read = []

    def listing():
        for name in names:
            read.append(name)
            yield replace(LISTED, path=name)

    actions = compare(listing(), (replace(KNOWN, path=name) for name in names), "m", "remove")
    first = next(actions)

    assert (first.what, len(read)) == ("keep", 1)
    assert sum(1 for each in actions if each.what == "keep") == many - 1


@pytest.mark.parametrize("second", ["a.txt", "Z.txt"])
def test_a_side_that_is_not_in_order_stops_before_anything_is_taken_for_deleted(second):
    with pytest.raises(SourceError, match=r"the source names '(a|Z)\.txt' after 'a\.txt'"):
        works([LISTED, replace(LISTED, path=second)], [KNOWN])


@pytest.mark.parametrize(
    ("leaving", "known", "is_too_many"), [(10, 10, False), (11, 22, False), (12, 22, True), (5_000, 5_000, True)]
)
def test_a_few_may_always_leave_and_more_than_the_share_never(leaving, known, is_too_many):
    assert too_many_leave(leaving, known, 0.5) is is_too_many

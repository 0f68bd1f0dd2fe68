"""One promise, whatever the source: the same deliveries give the same observations."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from tests.loop import Loop, toy_spec
from tests.retraining.adapters.sources.feed import read_changes, upsert
from tests.retraining.adapters.sources.folder import put_csv, read_from_files
from tests.retraining.adapters.sources.unversioned import KINDS, insert

from retraining.records.batch import IngestReport

QUALITY = {"rules": [{"rule": "in_range", "column": "x", "max": 100}]}
pytestmark = pytest.mark.slow

DELIVERIES = {
    "first rows": [("a", "2013-01-31 09:00", 1.0, 1.0), ("b", "2013-01-31 10:00", 1.0, 1.0)],
    "more": [
        ("tied", "2013-01-31 10:00", 2.0, 1.0),
        ("next", "2013-01-31 11:00", 3.0, 1.0),
        ("a", "2013-01-31 11:00", 4.0, 1.0),
        ("dirty", "2013-01-31 11:00", 500.0, 1.0),
    ],
    "said again": [("a", "2013-01-31 11:00", 4.0, 1.0), ("dirty", "2013-01-31 11:00", 500.0, 1.0)],
    "nothing": [],
}


@dataclass(frozen=True)
class Told:
    """What ingestion said about a delivery, and what it holds after it, value by key."""

    report: IngestReport
    accepted: dict[str, object]


MODES = ["table", "files", "change_feed", *KINDS]


@pytest.fixture(scope="module", params=MODES)
def told(request, make_loop, tmp_path_factory):
    """The deliveries, one after the other, into a source of each mode. Its tests only read."""
    loop = make_loop()
    deliver = DELIVER[request.param](loop, tmp_path_factory)
    loop.spec = toy_spec(**{**loop.spec.model_dump(), "quality": QUALITY})
    answers = {}
    for name, rows in DELIVERIES.items():
        if rows:
            deliver(name, rows)
        report = loop.ingest()
        answers[name] = Told(report, loop.accepted("x"))
    return loop, answers


def into_table(loop: Loop, _) -> Callable[..., None]:
    return lambda _, rows: loop.source_has(rows)


def into_folder(loop: Loop, tmp_path_factory) -> Callable[..., None]:
    folder = tmp_path_factory.mktemp("source") / "in"
    read_from_files(loop, folder)
    return lambda name, rows: put_csv(folder, f"{name}.csv", rows)


def into_feed(loop: Loop, _) -> Callable[..., None]:
    read_changes(loop)
    return lambda _, rows: upsert(loop, rows)


def into_unversioned(kind: str, loop: Loop, _) -> Callable[..., None]:
    KINDS[kind](loop)
    return lambda _, rows: insert(loop, rows)


STAGED = {kind: partial(into_unversioned, kind) for kind in KINDS}
DELIVER = {"table": into_table, "files": into_folder, "change_feed": into_feed, **STAGED}


def test_the_first_rows_come_in(told):
    first = told[1]["first rows"]

    assert (first.report.read, first.report.accepted) == (2, 2)
    assert first.accepted == {"a": 1.0, "b": 1.0}


def test_rows_after_the_watermark_and_tied_with_it_come_in_and_an_update_replaces_its_row(told):
    more = told[1]["more"]

    assert more.report.accepted == 3
    assert more.accepted == {"a": 4.0, "b": 1.0, "tied": 2.0, "next": 3.0}


def test_a_dirty_row_is_quarantined_with_its_reason(told):
    loop, answers = told

    assert answers["more"].report.quarantined == 1
    assert loop.reasons_of("dirty") == ["x_in_range"]


def test_a_delivery_that_says_the_same_again_changes_nothing(told):
    _, answers = told
    again = answers["said again"]

    assert (again.report.accepted, again.report.quarantined) == (0, 0)
    assert again.report.read == again.report.already_present
    assert again.accepted == answers["more"].accepted


def test_without_a_delivery_nothing_is_read(told):
    _, answers = told
    before = answers["said again"].report

    nothing = answers["nothing"].report
    assert (nothing.read, nothing.batch_seq, nothing.watermark) == (0, before.batch_seq, before.watermark)

"""Rows come in exactly once: accepted, or quarantined with reasons."""

import json

import pytest
from tests.loop import COLUMNS, toy_spec

from retraining.adapters.tables.batches import read_batches
from retraining.errors import ContractError, SourceError

TEN = "2013-01-31 10:00"
REFUSALS = {
    **{"conflicting_duplicate": 2, "label_missing": 2, "label_too_large": 2},
    **{"ledger_in_future": 1, "ledger_missing": 1},
}
WATERMARK = "2013-01-31T10:00:00.000000Z"


@pytest.fixture(scope="module")
def mixed(make_loop):
    """A loop that has ingested good and bad rows, and its report. Its tests only read."""
    loop = make_loop()
    loop.spec = toy_spec(columns={"label": "y", "numeric": ["x"], "label_delay": 0})
    loop.source_has(
        [
            ("fine", TEN, 1.0, 1.0),
            ("said twice", TEN, 1.0, 1.0),
            ("said twice", TEN, 1.0, 1.0),
            ("at odds", TEN, 1.0, 1.0),
            ("at odds", TEN, 2.0, 1.0),
            ("null label", TEN, 1.0, None),
            ("NaN label", TEN, 1.0, float("nan")),
            ("endless label", TEN, 1.0, float("inf")),
            ("huge label", TEN, 1.0, -1e308),
            ("null ledger", None, 1.0, 1.0),
            ("far future", "2113-01-31 10:00", 1.0, 1.0),
        ]
    )
    return loop, loop.ingest()


def with_source(**said: object):
    """The toy's spec with more said about its source."""
    return toy_spec(source={"table": "toy_source", "ledger_column": "at", "keys": ["id"], **said})


def test_every_row_read_is_accepted_quarantined_or_already_present(mixed):
    _, report = mixed

    assert (report.read, report.accepted, report.quarantined, report.already_present) == (11, 2, 8, 1)


def test_a_row_said_twice_is_stored_once(mixed):
    loop, _ = mixed

    assert loop.accepted_keys() == ["fine", "said twice"]


@pytest.mark.parametrize(
    ("key", "reasons"),
    [
        ("null label", ["label_missing"]),
        ("NaN label", ["label_missing"]),
        ("endless label", ["label_too_large"]),
        ("huge label", ["label_too_large"]),
        ("null ledger", ["ledger_missing"]),
        ("far future", ["ledger_in_future"]),
        ("at odds", ["conflicting_duplicate", "conflicting_duplicate"]),
    ],
)
def test_a_bad_row_is_quarantined_with_the_reason(mixed, key, reasons):
    loop, _ = mixed

    assert loop.reasons_of(key) == reasons


def test_a_value_far_in_the_future_does_not_move_the_watermark(mixed):
    _, report = mixed

    assert report.watermark == WATERMARK


def test_the_commit_that_closes_a_batch_says_what_came_in(mixed):
    loop, _ = mixed
    history = loop.tables.spark.sql(f"DESCRIBE HISTORY {loop.tables.name('watermarks')}")

    said = json.loads(history.orderBy("version", ascending=False).first()["userMetadata"])

    counts = {name: said[f"rows_{name}"] for name in ("read", "accepted", "quarantined", "already_present")}
    assert counts == {"read": 11, "accepted": 2, "quarantined": 8, "already_present": 1}
    assert said["refusals"] == REFUSALS


def test_the_row_and_the_page_of_a_run_say_why_rows_were_refused_and_show_them_masked(mixed):
    loop, _ = mixed

    made = loop.report("ingest=success")

    assert {each.rule: each.rows for each in made.event.refusals} == REFUSALS
    assert made.event.watermark_lag_days == pytest.approx(120 + 14 / 24)
    assert [each in made.page for each in ("xxx xxxxxx", "far future", "9999-99-99 99:99:99")] == [True, False, True]


def test_a_rerun_with_nothing_new_writes_nothing(mixed):
    loop, first = mixed
    before = [loop.version_of_table(name) for name in ("watermarks", "toy_observations")]

    again = loop.ingest()

    assert (again.read, again.batch_seq, again.watermark) == (0, first.batch_seq, first.watermark)
    assert [loop.version_of_table(name) for name in ("watermarks", "toy_observations")] == before


@pytest.mark.slow
def test_rows_tied_with_the_watermark_are_neither_lost_nor_repeated(loop):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.source_has([("b", TEN, 2.0, 2.0)])  # arrives later, same ledger value

    report = loop.ingest()

    assert (report.read, report.accepted, report.already_present) == (2, 1, 1)
    assert loop.accepted_keys() == ["a", "b"]


def test_the_current_row_of_a_key_has_the_greatest_ledger_value_then_the_newest_batch(loop):
    loop.source_has([("a", "2013-01-31 09:00", 9.0, 1.0), ("a", TEN, 1.0, 1.0), ("b", TEN, 1.0, None)])
    loop.ingest()
    first = loop.accepted("x")
    loop.source_has([("a", TEN, 2.0, 1.0), ("b", "2013-01-31 11:00", 3.0, 1.0)])

    loop.ingest()

    assert (first, loop.accepted("x")) == ({"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 3.0})


def test_an_empty_source_is_an_empty_batch_and_its_first_rows_come_in_later(loop):
    loop.source_has([])
    empty = loop.ingest()
    loop.source_has([("a", TEN, 1.0, 1.0)])

    report = loop.ingest()

    assert (empty.read, empty.watermark) == (0, None)
    assert (report.accepted, report.watermark) == (1, WATERMARK)


def test_a_source_of_bad_rows_alone_is_all_quarantined_and_leaves_the_watermark_unset(loop):
    loop.source_has([("a", None, 1.0, 1.0), ("b", "2113-01-31 10:00", 1.0, 1.0)])

    report = loop.ingest()

    assert (report.accepted, report.quarantined, report.watermark) == (0, 2, None)
    assert loop.quarantined_keys() == ["a", "b"]


@pytest.mark.slow
def test_rows_older_than_the_watermark_are_not_read_but_counted_until_they_are_gone(loop):
    loop.source_has([("said twice", "2013-01-31 08:00", 1.0, 1.0)] * 2 + [("null ledger", None, 1.0, 1.0)])
    loop.source_has([("a", "2013-01-31 09:00", 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    first = loop.ingest()
    loop.source_has([("late", "2013-01-31 09:00", 2.0, 1.0), ("later", "2013-01-30 09:00", 2.0, 1.0)])
    loop.source_has([("tied", TEN, 2.0, 1.0), ("next", "2013-01-31 11:00", 1.0, 1.0)])
    second, nothing_new = loop.ingest(), loop.ingest()
    loop.source_has([("tied", "2013-01-31 11:00", 1.0, 1.0)])
    third = loop.ingest()
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE x = 2.0")

    assert (first.older, second.older, nothing_new.older, third.older) == (0, 2, 2, 2)
    assert (second.accepted, nothing_new.read, loop.ingest().older) == (2, 0, 0)
    assert {"late", "later"}.isdisjoint(loop.accepted_keys() + loop.quarantined_keys())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("type_", "values"), [("date", ["2013-01-05", "2013-01-03"]), ("decimal(9,2)", ["5.00", "4.99"])]
)
def test_rows_of_any_ledger_type_can_come_too_late(loop, type_, values):
    for value in values:
        frame = loop.tables.spark.sql(f"SELECT '{value}' id, CAST('{value}' AS {type_}) at, 1D x, 1D y")
        frame.write.format("delta").mode("append").saveAsTable(loop.source)
        report = loop.ingest()

    assert (report.read, report.already_present, report.older) == (1, 1, 1)


@pytest.mark.slow
def test_rows_that_come_late_are_read_within_the_lookback_and_nothing_is_stored_twice(loop):
    loop.spec = with_source(lookback="2 hours")
    loop.source_has([("a", "2013-01-31 09:00", 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.source_has([("late", "2013-01-31 08:00", 2.0, 1.0), ("too late", "2013-01-31 07:59", 2.0, 1.0)])
    loop.source_has([("a", "2013-01-31 09:30", 3.0, 1.0), ("next", "2013-01-31 11:00", 1.0, 1.0)])

    report = loop.ingest()

    assert (report.read, report.accepted, report.already_present) == (5, 3, 2)
    assert (report.late, report.older, report.watermark) == (2, 1, "2013-01-31T11:00:00.000000Z")
    assert loop.accepted("x") == {"a": 3.0, "b": 1.0, "late": 2.0, "next": 1.0}
    assert (loop.ingest().read, loop.ingest().older) == (0, 1)


@pytest.mark.slow
@pytest.mark.parametrize("lookback", [None, "2 hours"])
def test_a_stored_row_that_the_source_says_again_is_not_older(loop, lookback):
    loop.spec = with_source(lookback=lookback)
    loop.source_has([("twice", TEN, 1.0, 1.0)] * 2 + [("once", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.source_has([("once", TEN, 1.0, 1.0), ("later", "2013-01-31 14:00", 1.0, 1.0)])
    second = loop.ingest()
    loop.source_has([("last", "2013-01-31 20:00", 1.0, 1.0)])
    third = loop.ingest()

    assert (second.read, second.accepted, second.already_present) == (5, 1, 4)
    assert (second.older, third.older, third.read) == (0, 0, 2)


@pytest.mark.slow
def test_rows_below_the_initial_value_are_neither_read_nor_called_late(loop):
    loop.spec = with_source(initial_value=TEN)
    loop.source_has([("a", "2013-01-31 09:00", 1.0, 1.0), ("b", TEN, 1.0, 1.0), ("null ledger", None, 1.0, 1.0)])
    first = loop.ingest()
    loop.source_has([("c", "2013-01-30 09:00", 1.0, 1.0), ("d", "2013-01-31 11:00", 1.0, 1.0)])
    second = loop.ingest()

    assert (first.accepted, first.quarantined, second.accepted) == (1, 1, 1)
    assert (second.late, second.older, loop.accepted_keys()) == (0, 0, ["b", "d"])


@pytest.mark.slow
def test_rows_wait_until_they_have_settled(loop):
    loop.spec = with_source(settle_delay="2 hours")
    loop.source_has([("a", TEN, 1.0, 1.0), ("b", "2013-01-31 11:00", 1.0, 1.0)])

    assert loop.ingest(as_of="2013-01-31T12:30").accepted == 1
    loop.source_has([("a's twin", "2013-01-31 10:30", 1.0, 1.0)])
    assert loop.ingest(as_of="2013-01-31T13:00").accepted == 2
    assert loop.accepted_keys() == ["a", "a's twin", "b"]


@pytest.mark.slow
def test_an_accepted_column_comes_in_and_no_stored_row_looks_new(loop):
    loop.spec = with_source(new_columns="accept", lookback="1 days")
    loop.source_has([("a", "2013-01-31 09:00", 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.tables.spark.sql(f"ALTER TABLE {loop.source} ADD COLUMNS (weight int)")
    loop.tables.spark.sql(f"UPDATE {loop.source} SET weight = 7")
    loop.source_has([("c", "2013-01-31 11:00", 1.0, 1.0, 8)], f"{COLUMNS}, weight int")
    second = loop.ingest()
    loop.tables.spark.sql(f"UPDATE {loop.source} SET weight = 9 WHERE id = 'c'")
    third = loop.ingest()

    assert (second.read, second.accepted, second.already_present) == (3, 1, 2)
    assert (third.read, third.accepted, third.already_present) == (3, 1, 2)
    assert loop.accepted("weight") == {"a": None, "b": None, "c": 9}


@pytest.mark.slow
def test_an_ignored_column_is_not_stored(loop):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.tables.spark.sql(f"ALTER TABLE {loop.source} ADD COLUMNS (weight int)")
    loop.source_has([("b", TEN, 1.0, 1.0, 8)], f"{COLUMNS}, weight int")

    assert (loop.ingest().accepted, loop.accepted_keys()) == (1, ["a", "b"])
    assert "weight" not in loop.tables.read("toy_accepted").columns


@pytest.mark.slow
def test_a_source_whose_columns_changed_order_and_case_goes_on(loop):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    loop.ingest()
    shouted = loop.tables.read("toy_source").selectExpr("y AS Y", "x AS X", "at AS AT", "id AS ID")
    again = shouted.union(shouted.selectExpr("Y", "2D", "AT", "'b'"))
    again.write.format("delta").mode("overwrite").option("overwriteSchema", "true").saveAsTable(loop.source)

    report = loop.ingest()

    assert (report.read, report.accepted, report.already_present) == (2, 1, 1)
    assert loop.accepted("x") == {"a": 1.0, "b": 2.0}


def test_rows_later_than_the_runs_clock_wait_for_a_later_run(loop):
    loop.source_has([("a", TEN, 1.0, 1.0), ("b", "2013-01-31 20:00", 1.0, 1.0)])

    assert loop.ingest(as_of="2013-01-31T12:00").accepted == 1
    assert loop.ingest(as_of="2013-02-01T12:00").accepted == 1
    assert loop.accepted_keys() == ["a", "b"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("id string, at timestamp, x double, other double", "has no column `y`"),
        ("id string, at double, x double, y double", "ledger column `at` of toy_source is double"),
        ("id string, at timestamp, x string, y double", "column `x` of toy_source is string, expected a number"),
        ("id string, at timestamp, x double, y string", "column `y` of toy_source is string, expected a number"),
    ],
)
def test_a_source_without_the_columns_of_the_spec_is_refused_and_nothing_is_written(loop, columns, said):
    loop.source_has([], columns)

    with pytest.raises(ContractError, match=said):
        loop.ingest()
    assert not loop.written()


def test_a_source_that_does_not_exist_is_refused_and_nothing_is_written(loop):
    with pytest.raises(SourceError, match="toy_source` does not exist"):
        loop.ingest()
    assert not loop.written()


def test_a_column_that_changed_its_type_is_refused_and_the_watermark_stays(loop):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    loop.ingest()
    before = loop.version_of_table("watermarks")
    loop.tables.spark.sql(f"DROP TABLE {loop.source}")
    loop.source_has([("b", TEN, 1, 1.0)], "id string, at timestamp, x bigint, y double")

    with pytest.raises(ContractError, match="column `x` of toy_source arrived as bigint; earlier batches hold it as"):
        loop.ingest()
    assert loop.version_of_table("watermarks") == before


def test_a_batch_that_another_run_stores_between_the_two_answers_is_not_taken_for_a_loss(loop, monkeypatch):
    loop.source_has([("1", TEN, 1.0, 1.0)])
    loop.ingest()
    answers = iter([lambda *_: []])
    monkeypatch.setattr(
        "retraining.steps.ingest.plan_batch.read_batches", lambda *asked: next(answers, read_batches)(*asked)
    )

    assert (loop.ingest().read, loop.accepted_keys()) == (0, ["1"])

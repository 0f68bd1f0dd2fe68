"""Every dirty value that a source can hold meets ingestion once: a reason, or a place among the accepted rows."""

from dataclasses import replace

import pytest
from pyspark.sql import functions as F
from tests.loop import make_run, toy_spec

from retraining.adapters.tables.batches import read_batches
from retraining.errors import ParameterError
from retraining.requests.repair import RepairRequest
from retraining.stages.repair import repair
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.training_frame import Bounds, read_training_frame

LONG = "x" * 1_000_000
INJECTED = "'; DROP TABLE toy_observations; --"
COLUMNS = "id string, at timestamp, x double, y double, text string, whole bigint"
TEN = "2013-01-31 10:00"
FINE = {"x": 1.0, "y": 1.0, "text": "a", "whole": 1}

ACCEPTED = {
    "-0.0": {"x": -0.0},
    "0.0": {"x": 0.0},
    "1 MB": {"text": LONG},
    "emoji": {"text": "\U0001f984\u200d"},
    "NUL": {"text": "a\u0000b"},
    "blank": {"text": " \t"},
    "greatest": {"whole": 2**63 - 1},
    "least": {"whole": -(2**63)},
    "before 1970": {"at": "1901-01-01 00:00"},
    "first of two hours with one name": {"at": "2012-10-28 00:30"},
    "second of two hours with one name": {"at": "2012-10-28 01:30"},
    "no text": {"text": None},
    "no label yet": {"y": None},
    INJECTED: {"text": INJECTED},
}
QUARANTINED = {
    "NaN": ({"x": float("nan")}, ["x_is_finite", "x_not_null"]),
    "infinity": ({"x": float("inf")}, ["x_is_finite"]),
    "minus infinity": ({"x": float("-inf")}, ["x_is_finite"]),
    "no number": ({"x": None}, ["x_not_null"]),
    "no ledger": ({"at": None}, ["ledger_missing"]),
    "year 1": ({"at": "0001-01-01 00:00"}, ["ledger_too_early"]),
    "year 9999": ({"at": "9999-12-31 23:00"}, ["ledger_in_future"]),
    "no UTF-8": ({"text": "made below"}, ["invalid_text"]),
    None: ({}, ["id_not_null"]),
}
RULES = [
    {"rule": "is_finite", "column": "x"},
    {"rule": "not_null", "column": "x"},
    {"rule": "not_null", "column": "id"},
]


def row(key, changes):
    said = {"at": TEN, **FINE, **changes}
    return (key, *(said[name] for name in ("at", "x", "y", "text", "whole")))


@pytest.fixture(scope="module")
def dirty(make_loop):
    loop = make_loop()
    columns = {"label": "y", "numeric": ["x", "whole"], "categorical": ["text"]}
    loop.spec = toy_spec(columns=columns, quality={"rules": RULES, "batch": {"max_quarantined_share": 1}})
    rows = [row(key, changes) for key, changes in ACCEPTED.items()]
    rows += [row(key, changes) for key, (changes, _) in QUARANTINED.items()]
    loop.source_has(
        [*rows, row("said twice", {}), row("said twice", {}), *(row("at odds", {"x": x}) for x in (1.0, 2.0))], COLUMNS
    )
    broken = F.when(F.col("id") == "no UTF-8", F.unhex(F.lit("61FF")).cast("string")).otherwise(F.col("text"))
    source = loop.tables.spark.table(loop.source)
    source.withColumn("text", broken).write.format("delta").mode("overwrite").saveAsTable(loop.source)
    return loop, loop.ingest()


def test_nothing_is_lost(dirty):
    _, report = dirty

    assert report.read == len(ACCEPTED) + len(QUARANTINED) + 4
    assert (report.accepted, report.already_present) == (len(ACCEPTED) + 1, 1)
    assert report.quarantined == len(QUARANTINED) + 2


def test_what_is_unusual_but_right_is_accepted(dirty):
    loop, _ = dirty

    assert loop.accepted_keys() == sorted([*ACCEPTED, "said twice"])


@pytest.mark.parametrize("key", QUARANTINED, ids=str)
def test_what_is_wrong_is_quarantined_with_its_reason(dirty, key):
    loop, _ = dirty

    assert loop.reasons_of(key) == QUARANTINED[key][1]


def test_values_come_out_as_they_went_in(dirty):
    loop, _ = dirty
    texts, wholes = loop.accepted("text"), loop.accepted("whole")

    unlike = [
        key
        for key in ACCEPTED
        if (texts[key], wholes[key]) != tuple({**FINE, **ACCEPTED[key]}[name] for name in ("text", "whole"))
    ]

    assert unlike == []


def test_two_hours_that_a_clock_shows_alike_are_two_moments(dirty):
    loop, _ = dirty
    hours = loop.tables.read("toy_accepted").where(F.col("id").contains("two hours")).select("at").distinct()

    assert hours.count() == 2


def test_neither_the_future_nor_a_missing_ledger_moves_the_watermark(dirty):
    _, report = dirty

    assert report.watermark == "2013-01-31T10:00:00.000000Z"


def test_the_accepted_rows_reach_python(dirty):
    loop, _ = dirty
    frame = read_training_frame(loop.context, read_source(loop.spec, loop.tables), Bounds(1, None, None))

    assert len(frame.features) == len(ACCEPTED)  # all but the one without a label, and the row that was said twice


def test_a_run_id_and_a_reason_are_stored_as_they_are_said(dirty):
    loop, _ = dirty
    request = RepairRequest("backfill", INJECTED, start="2013-01-30", end="2013-01-31")

    repair(replace(loop.context, run=make_run(run_id=INJECTED, code_version=INJECTED)), loop.source, request)
    loop.ingest()

    asked = next(batch for batch in read_batches(loop.tables, "toy") if batch.reason)
    assert (asked.reason, asked.state) == (INJECTED, "COMMITTED")
    assert loop.tables.exists("toy_observations")


@pytest.mark.parametrize("bound", [INJECTED, "2013-13-01", "1 OR 1=1"])
def test_a_bound_that_is_no_ledger_value_is_refused(dirty, bound):
    loop, _ = dirty
    another_run = replace(loop.context, run=make_run("9"))

    with pytest.raises(ParameterError, match="is not a value of `at`"):
        repair(another_run, loop.source, RepairRequest("backfill", "why", start=bound, end="x"))

"""How each version did, by day and slice: measured when labels arrive, and on the first version's hold-out."""

from contextlib import suppress
from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F
from tests.loop import KilledError, drifting, killed, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.schema_of_record import columns_of_record
from retraining.records.decision import Decision
from retraining.records.gate import GateResult
from retraining.records.performance import Performance

COLUMNS = "id string, at timestamp, x double, y {label}, place string"
PLACES = ("north", "Süd Ost", "запад")
SPEC = toy_spec(columns={"label": "y", "numeric": ["x"], "slices": ["place"]}, gate={"deploy": "candidate"})
CLASSES = toy_spec(
    kind="classification",
    columns={"label": "y", "numeric": ["x"], "slices": ["place"]},
    recipe="recipes.logistic.pipeline",
    gate={"deploy": "candidate", "may_explain_label": ["x"]},
)


def arrive(loop, rows, label="double"):
    """Rows with a place each, the third of them without one."""
    placed = [(*row, (*PLACES, None)[place % 4]) for place, row in enumerate(rows)]
    loop.source_has(placed, COLUMNS.format(label=label))
    loop.ingest()
    loop.score()


def stored(loop, **equals):
    return loop.tables.records("performance", Performance, model="toy", **equals)


@pytest.fixture(scope="module")
def story(make_loop):
    """Version 1 is live from day 14, version 2 from day 22. The check of day 24 is killed after it has measured."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    arrive(loop, drifting(1, 14))
    loop.train()
    told.first_page = loop.report("check_drift=success").page
    arrive(loop, drifting(15, 22))
    told.second = loop.train().promotion
    arrive(loop, drifting(23, 24))
    with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
        patch.setattr("retraining.stages.check_drift._decide", killed)
        loop.check()
    told.after_kill = stored(loop)
    loop.check()
    loop.promote()
    told.rows = stored(loop)
    told.page = loop.report("check_drift=success").page
    return told


@pytest.mark.slow
def test_what_a_killed_check_has_measured_is_not_measured_again(story):
    assert story.second.outcome == "PROMOTE"
    assert len(story.rows) == len(story.after_kill) > 0


@pytest.mark.slow
def test_all_versions_that_predicted_a_day_are_there_with_its_rows(story):
    arrived = {(row.version, row.day.day): row.rows for row in story.rows if not row.slice and row.basis == "arrival"}

    assert arrived == {
        **{("1", day): 20 for day in range(15, 25)},
        **{("2", day): 20 for day in (23, 24)},
    }


@pytest.mark.slow
def test_slices_add_up_to_the_whole_day(story):
    for version, day in (("1", 15), ("1", 24), ("2", 23)):
        of_day = [row for row in story.rows if (row.version, row.day.day, row.basis) == (version, day, "arrival")]
        (whole,) = (row for row in of_day if row.slice is None)
        parts = {row.slice: row for row in of_day if row.slice}

        assert sorted(parts) == ["place=(missing)", *sorted(f"place={name}" for name in PLACES)]
        assert sum(row.rows for row in parts.values()) == whole.rows
        assert sum(row.loss for row in parts.values()) == pytest.approx(whole.loss)


@pytest.mark.slow
def test_losses_are_those_that_decisions_saw(story):
    decisions = read_rows(story.loop.tables, Decision, "toy")
    seen = {(loss.version, loss.day): loss.loss for row in decisions for loss in row.daily_losses}
    own = {(row.version, row.day): row.loss for row in story.rows if not row.slice and row.basis == "arrival"}

    assert own == pytest.approx(seen)
    for row in story.rows:
        assert row.error == pytest.approx((row.loss / row.rows) ** 0.5)


@pytest.mark.slow
def test_each_champion_is_measured_on_the_hold_out_of_the_first(story):
    of_first = [row for row in story.rows if row.basis == "first_holdout" and row.slice is None]
    errors = {
        version: (sum(row.loss for row in own) / sum(row.rows for row in own)) ** 0.5
        for version in ("1", "2")
        if (own := [row for row in of_first if row.version == version])
    }
    judged = read_rows(story.loop.tables, GateResult, "toy")
    gain_of_first = next(row for row in judged if row.check == "gain" and row.candidate_version == "1")

    assert errors["1"] == pytest.approx(gain_of_first.candidate_error)
    assert errors["2"] != errors["1"]
    assert sum(row.rows for row in of_first if row.version == "2") == gain_of_first.holdout_rows


@pytest.mark.slow
def test_the_page_shows_live_previous_and_first_on_the_same_rows(story):
    assert "RMSE by version" not in story.first_page
    assert "Since version 2 is live" in story.page
    assert "On the hold-out of version 1" in story.page
    for place in PLACES:
        assert f"place={place}" in story.page


def test_classes_are_measured_by_their_share_of_errors(make_loop):
    loop = make_loop()
    loop.spec = CLASSES

    def named(rows):
        return [(*row[:3], "yes" if row[3] > 0.5 else "no" if row[3] < -0.5 else "?") for row in rows]

    arrive(loop, named(drifting(1, 14)), "string")
    loop.train()
    arrive(loop, named(drifting(15, 16)), "string")
    loop.check()

    arrived = [row for row in stored(loop) if row.basis == "arrival" and row.slice is None]
    assert [(row.version, row.metric, row.rows) for row in arrived] == [("1", "error_rate", 20)] * 2
    assert all(row.error == row.loss / row.rows <= 1 for row in arrived)


@pytest.mark.slow
def test_rows_without_time_are_measured_without_a_day(make_loop):
    loop = make_loop()
    loop.spec = toy_spec(
        source={"table": "toy_source", "ledger_column": "number", "keys": ["id"]},
        gate={"deploy": "candidate", "holdout": "reserved"},
    )
    columns = "id string, number bigint, x double, y double"

    def numbered(first, last):
        return [(row[0], number, *row[2:]) for number, row in enumerate(drifting(first, last), 1_000 * first)]

    loop.source_has(numbered(1, 60), columns)
    loop.ingest()
    loop.score()
    made = loop.train()
    loop.source_has(numbered(61, 62), columns)
    loop.ingest()
    loop.score()
    loop.check()

    assert made.promotion.outcome == "PROMOTE"
    (arrived,) = stored(loop, basis="arrival")
    assert (arrived.day, arrived.slice, arrived.rows) == (None, None, 40)
    assert "RMSE by version" in loop.report("check_drift=success").page


@pytest.mark.slow
def test_every_column_of_the_table_is_one_of_the_record(story):
    table = story.loop.tables.read("performance")
    assert set(table.columns) == set(columns_of_record(Performance))
    assert table.where(F.col("run_id").isNull()).count() == 0

"""Control tables are written and read by the names of their columns: a table of any column order takes new rows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pyspark.sql.types import ArrayType, StructType

from retraining.adapters.tables.schema_of_record import columns_of_record, schema_of_record
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.change import DataFault
from retraining.records.decision import DailyLoss, Decision, DoubtedDays, Evidence, Thresholds
from retraining.records.panel import SeriesCount

LOSSES = (DailyLoss("3", batch_seq=7, scored_batch=6, day=date(2026, 1, 2), rows=12, loss=0.5),)
FAULTS = (DataFault(7, "x", "frozen", "7", "2", date(2026, 1, 2), None, "`x` is frozen."),)
DOUBTED = (DoubtedDays(date(2026, 1, 2), date(2026, 1, 3), "no_signal", "No signal."),)
ACTIONS = (SeriesCount("keep", 3),)
NOTHING = dict.fromkeys(Decision.__dataclass_fields__)
DECISION = Decision(
    **{
        **NOTHING,
        **dict(model="toy", evaluation_id="e", seq=2, action="keep", reasons=("First.", "Second."), spec_hash="s"),
        **dict(batch_seq=7, new_labelled_rows=20, realised_error=0.25, realised_error_rows=30, refusals_in_a_row=4),
        **dict(
            made_otherwise=False,
            spec_changed=False,
            unjudged=False,
            open_faults=FAULTS,
            doubted=DOUBTED,
            series_actions=ACTIONS,
        ),
        **dict(drift_persists=False, can_update=True, frozen=False, drift_reason="0 of 3.", previous_reason="Better."),
        **dict(cheap_fit_seconds=1.5, min_new_rows=100, max_age_days=186, max_error_increase=0.2, cooldown_days=1),
        **dict(daily_losses=LOSSES, run_id="r", attempt_id="a", at=datetime(2026, 1, 1, 12, 30, 1, 5, tzinfo=UTC)),
    }
)


def backwards(schema: StructType) -> StructType:
    """The same columns from the last to the first, those of records inside records too."""
    inner = {each.name: each.dataType.elementType for each in schema if isinstance(each.dataType, ArrayType)}
    turned = {name: ArrayType(backwards(kind), False) for name, kind in inner.items() if isinstance(kind, StructType)}
    for each in schema:
        each.dataType = turned.get(each.name, each.dataType)
    return StructType(schema.fields[::-1])


@pytest.mark.parametrize("order", [schema_of_record, lambda record: backwards(schema_of_record(record))])
def test_a_row_comes_back_as_it_was_written_whatever_the_order_of_the_columns(tables: Tables, order):
    tables.create("decisions", order(Decision), append_only=True)

    tables.append_records("decisions", [DECISION], Fence("decide", "toy", 2))
    tables.append_records("decisions", [replace(DECISION, seq=3, attempt_id="b")], Fence("decide", "toy", 3))

    assert tables.read("decisions").columns == [each.name for each in order(Decision)]
    assert tables.records("decisions", Decision, seq=2) == [DECISION]
    assert tables.read("decisions").where("seq = 2").select("daily_losses.scored_batch").first()[0] == [6]


def test_a_new_table_begins_with_the_record_itself_and_ends_with_the_stamp():
    columns = columns_of_record(Decision)

    assert columns[:3] == ["model", "evaluation_id", "seq"]
    assert columns[-3:] == ["run_id", "attempt_id", "at"]
    assert set(columns) > {*Evidence.__dataclass_fields__, *Thresholds.__dataclass_fields__}


def test_a_table_of_an_earlier_version_gets_the_columns_that_it_lacks(tables: Tables):
    old = StructType([each for each in schema_of_record(Decision) if each.name not in ("source", "estimate_reason")])
    tables.create("decisions", old, append_only=True)
    rows = tables.spark.createDataFrame([tuple(_stored(each.name) for each in old)], old)
    tables.append("decisions", rows, Fence("decide", "toy", 1))

    before = tables.records("decisions", Decision)
    tables.append_records("decisions", [replace(DECISION, source="shop", attempt_id="b")], Fence("decide", "toy", 2))

    assert [row.source for row in before] == [None]
    assert sorted(str(row.source) for row in tables.records("decisions", Decision)) == ["None", "shop"]


def _stored(name: str) -> object:
    return [] if name in ("daily_losses", "doubted", "open_faults", "series_actions") else getattr(DECISION, name)

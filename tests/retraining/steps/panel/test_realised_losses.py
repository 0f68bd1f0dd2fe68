"""Actuals meet the forecasts that were made before them; a day without a row is one where the spec says so."""

from datetime import datetime

import pandas as pd
import pytest
from pyspark.sql import functions as F

from retraining.adapters.tables import forecasts
from retraining.adapters.tables.tables import Fence
from retraining.rules.panel.steps import steps_of
from retraining.spec.read_spec import parse_spec
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.panel.realised_losses import realised
from retraining.steps.panel.series_rows import read_series

COLUMNS = "place string, day timestamp, y double"
SPEC = """
model: toy
kind: forecast
source: {{ table: toy_source, keys: [place, day] }}
columns: {{ label: y }}
forecast: {{ series: [place], time: day, frequency: daily, horizon: 3, intervals: [80], missing: {missing} }}
schedule: daily
"""
ORIGIN = int(steps_of(pd.DatetimeIndex(["2013-01-02"]), "daily")[0])


def forecasts_of_three_days(loop):
    """Of both places, made after the first batch for 3 to 5 January."""
    lines = [
        (f'["{place}"]', "1", 1, ORIGIN, step, datetime(2013, 1, 2 + step), 2.0, 1.0, 3.0, 1.5, 1.0)
        for place in ("busy", "quiet")
        for step in (1, 2, 3)
    ]
    keys = ["series", "model_version", "_batch_seq", "origin", "step", "time"]
    names = [*keys, "forecast", "lower_80", "upper_80", "naive", "scale"]
    made = loop.tables.spark.createDataFrame(lines, names).withColumns(
        {
            "forecaster": F.lit("AutoETS"),
            "reason": F.lit(None).cast("string"),
            "run_id": F.lit("1"),
            "made_at": F.lit(datetime(2013, 1, 3)),
        }
    )
    forecasts.append_forecasts(loop.tables, "toy", made, [80], Fence("forecast", "toy:1", 1))


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("gap", [("busy", 3, 4.0), ("busy", 4, 5.0), ("quiet", 4, 1.0)]),
        ("zero", [("busy", 3, 4.0), ("busy", 4, 5.0), ("quiet", 3, 0.0), ("quiet", 4, 1.0)]),
    ],
)
def test_a_day_without_a_row_is_an_actual_where_it_means_zero(loop, missing, expected):
    loop.spec = parse_spec(SPEC.format(missing=missing), "specs/toy.yml")
    first = [(place, f"2013-01-0{day} 00:00", 3.0) for place in ("busy", "quiet") for day in (1, 2)]
    loop.source_has(first, COLUMNS)
    loop.ingest(as_of="2013-01-03")
    forecasts_of_three_days(loop)
    loop.source_has([("busy", "2013-01-03 00:00", 4.0), ("busy", "2013-01-04 00:00", 5.0)], COLUMNS)
    loop.source_has([("quiet", "2013-01-04 00:00", 1.0)], COLUMNS)
    loop.ingest(as_of="2013-01-05")

    source = read_source(loop.spec, loop.tables)
    met = realised(loop.context, read_series(loop.context, source), 1).collect()

    found = sorted((row["series"].strip('["]'), row["day"].day, row["actual"]) for row in met)
    assert found == expected
    assert {row["actual_batch"] for row in met} == {2}

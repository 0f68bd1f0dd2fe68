"""The fits of a panel, stopped at twenty random moments: the same command ends in the same models, each series once."""

import random
import threading
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from tests.loop import Loop

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.failpoints import VARIABLE
from retraining.records.version import Manifest
from retraining.spec.read_spec import parse_spec
from retraining.steps.panel import fit_panel, series_rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SPEC = parse_spec(
    """
model: toy
kind: forecast
source: { table: toy_source, keys: [place, day] }
columns: { label: y }
forecast: { series: [place], time: day, frequency: daily, horizon: 7, models: [AutoETS] }
schedule: weekly
""",
    "specs/toy.yml",
)
KILLS = 20
PLACES = 24
PARTS = 6
POINTS = ("retrain.after_reserve", "panel.after_part", "fit.after_learn", "fit.after_log", "fit.after_manifest")
OF_A_RUN = ["run_id", "attempt_id", "at"]


@pytest.fixture
def small_parts(monkeypatch):
    """As many parts as a large panel has."""
    monkeypatch.setattr(series_rows, "_SERIES_OF_BUCKET", PLACES // PARTS)
    monkeypatch.setattr(fit_panel, "_SERIES_OF_PART", 64)


def points():
    """Twelve weeks of places that differ in level, week and noise."""
    rows = []
    for place in range(PLACES):
        noise = np.random.default_rng(place).normal(0, 1 + place / 10, 84)
        for number in range(84):
            week = 5 * ((number + place) % 7)
            rows.append((f"place {place}", f"{date(2013, 1, 1) + timedelta(number)} 00:00", 40 + week + noise[number]))
    return [(place, day, float(value)) for place, day, value in rows]


def decided(make_loop) -> Loop:
    loop = make_loop()
    loop.spec = SPEC
    loop.source_has(points(), "place string, day timestamp, y double")
    loop.ingest(as_of="2013-03-27")
    loop.check()
    return loop


def models(loop: Loop) -> pd.DataFrame:
    rows = loop.tables.read("series_models").toPandas().drop(columns=OF_A_RUN)
    return rows.sort_values(["made", "series"]).reset_index(drop=True)


def stopped(loop: Loop, monkeypatch, draw: random.Random) -> bool:
    """Whether a fit that is stopped at a random moment did not end: at a place in the code, or in the middle of what
    the workers do."""
    with monkeypatch.context() as patched:
        timer = None
        if draw.random() < 0.5:
            patched.setenv(VARIABLE, f"{draw.choice(POINTS)}=raise")
        else:
            timer = threading.Timer(draw.uniform(0.5, 12), loop.tables.spark.interruptAll)
            timer.start()
        try:
            loop.retrain()
        except Exception:  # whatever Spark or Delta raises in the middle of their work
            return True
        finally:
            if timer:
                timer.cancel()
    return False


def test_a_fit_that_is_stopped_twenty_times_ends_in_the_same_models(make_loop, small_parts, monkeypatch):
    whole = decided(make_loop)
    whole.retrain()
    expected = models(whole)
    assert len(expected) == 2 * PLACES
    assert expected["bucket"].nunique() >= PARTS - 1

    draw = random.Random(22)
    kills = 0
    while kills < KILLS:
        loop = decided(make_loop)
        while kills < KILLS and stopped(loop, monkeypatch, draw):
            kills += 1
        loop.retrain()

        pd.testing.assert_frame_equal(models(loop), expected)
        registered = [row for row in read_rows(loop.tables, Manifest, "toy") if row.state == "REGISTERED"]
        assert [row.version for row in registered] == ["1"]
        assert loop.alias("challenger") == "1"

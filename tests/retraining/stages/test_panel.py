"""A panel of series goes through the stages of the loop: one story, which the tests only read."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from tests.loop import Loop

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.promotion import Promotion
from retraining.spec.read_spec import parse_spec

pytestmark = pytest.mark.slow

SPEC = parse_spec(
    """
model: toy
kind: forecast
source: { table: toy_source, keys: [place, day] }
columns: { label: y }
forecast: { series: [place], time: day, frequency: daily, horizon: 7, models: [AutoETS], missing: gap }
schedule: weekly
""",
    "specs/toy.yml",
)
COLUMNS = "place string, day timestamp, y double"
WEEK = [0.0, 4.0, 5.0, 6.0, 9.0, -12.0, -12.0]


def points(place: str, first: int, last: int, level: float = 60.0):
    """The days first to last of 2013 of a place: a level, a week and a little noise."""
    rows = []
    for number in range(first, last + 1):
        day = date(2013, 1, 1) + timedelta(days=number - 1)
        noise = np.random.default_rng([number, len(place)]).normal(0, 1.5)
        rows.append((place, f"{day} 00:00", level + WEEK[number % 7] + float(noise)))
    return rows


@pytest.fixture(scope="module")
def story(make_loop):
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    loop.source_has([*points("north", 1, 84), *points("south pole", 1, 84, 20), *points("new", 82, 84)], COLUMNS)
    told.first_batch = loop.ingest(as_of="2013-03-27")
    told.nothing_scored = loop.score()
    told.first_check = loop.check()
    told.first_fit = loop.retrain()
    told.first = loop.promote()
    told.page = loop.report()
    loop.source_has([*points("north", 85, 98), *points("south pole", 85, 98, 20), *points("new", 85, 98)], COLUMNS)
    told.second_batch = loop.ingest(as_of="2013-04-10")
    told.scored = loop.score()
    told.scored_again = loop.score()
    told.second_check = loop.check()
    told.second_fit = loop.retrain()
    told.second = loop.promote()
    told.page2 = loop.report()
    return told


def test_print(story):
    loop = story.loop
    for name, value in vars(story).items():
        if name != "loop":
            print(name, getattr(value, "summary", value))
    print(loop.written())
    loop.tables.read("panel_actions").select("batch_seq","series","action","reason","rank","budget").show(50, False)
    loop.tables.read("toy_forecasts").show(50, False)
    loop.tables.read("series_models").drop("state","made_by","radii","widths","blocks","evidence").show(50, False)
    for row in read_rows(loop.tables, Promotion, "toy"): print(row)
    for row in loop.tables.read("gate_results").select("seq","check", "verdict", "sentence").collect():
        print(row)
    open("/tmp/r/panel_page.html","w").write(story.page2.page)
    assert 0

"""One monthly series goes through the loop: what is counted is months, whatever day they are stamped with."""

from types import SimpleNamespace

import pytest

from recipes.demo.air_passengers import passengers_until
from retraining.spec.read_spec import parse_spec
from retraining.stages.compare_refit import compare_refit
from retraining.stages.validate import validate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SPEC = parse_spec(
    """
model: toy
kind: forecast
source: { table: toy_source, keys: [month] }
columns: { label: y }
forecast: { time: month, frequency: monthly, horizon: 6, models: [AutoETS] }
schedule: monthly
""",
    "specs/toy.yml",
)


def months(first: int, last: int):
    points = passengers_until(last)
    chosen = points[points["month"].dt.year >= first]
    return [(f"{row.month:%Y-%m-%d %H:%M}", row.passengers) for row in chosen.itertuples()]


@pytest.fixture(scope="module")
def story(make_loop):
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    loop.source_has(months(1949, 1956), "month timestamp, y double")
    told.validated = validate(loop.context, loop.source)
    loop.ingest(as_of="1957-01-02")
    told.first_check = loop.check()
    told.fit = loop.retrain()
    told.first = loop.promote()

    loop.source_has(months(1957, 1957), "month timestamp, y double")
    loop.ingest(as_of="1958-01-02")
    told.scored = loop.score()
    told.second_check = loop.check()
    told.compared = compare_refit(loop.context)
    told.page = loop.report().page
    return told


def test_validate_counts_months(story):
    assert "A first champion needs 7 months with labelled rows; there are 95" in story.validated.summary
    assert story.validated.errors == ()


def test_months_judge_the_first_panel(story):
    decision = story.first_check.decision

    assert (decision.action, decision.holdout_counted_in) == ("refit", "months")
    assert story.first.promotion.outcome == "PROMOTE"


def test_the_next_months_are_forecast_and_met_by_their_actuals(story):
    rows = story.loop.tables.read("toy_forecasts").where("_batch_seq = 1").orderBy("step").collect()

    assert [f"{row['time']:%Y-%m-%d}" for row in rows] == [f"1957-{month:02d}-01" for month in range(1, 7)]
    assert sum(each.rows for each in story.second_check.decision.daily_losses) == 6
    assert story.scored.rows == 6


def test_the_live_model_is_compared_with_a_new_search(story):
    row = story.compared.row

    assert (row.series, row.forecasts) == (1, 6)
    assert row.live_loss < row.naive_loss


def test_the_page_draws_the_series_and_says_what_was_done(story):
    for words in ("All series", "What was done with the series", "Best: the one series"):
        assert words in story.page

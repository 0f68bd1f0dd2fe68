"""A panel of series goes through the loop from its first points to a rollback: one story, which the tests only read."""

import json
from datetime import date, timedelta
from types import SimpleNamespace

import mlflow.pyfunc
import numpy as np
import pandas as pd
import pytest
from tests.loop import Loop

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.panel import PanelAction
from retraining.records.version import Manifest
from retraining.rules.panel.decide_series import replayed
from retraining.rules.panel.mix_panels import KEPT
from retraining.spec.read_spec import parse_spec
from retraining.stages.compare_refit import compare_refit
from retraining.stages.reproduce import reproduce

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SPEC = parse_spec(
    """
model: toy
kind: forecast
source: { table: toy_source, keys: [place, day] }
columns: { label: y }
forecast: { series: [place], time: day, frequency: daily, horizon: 7, models: [AutoETS], missing: gap }
policy: { max_refit_share: 1 }
schedule: weekly
""",
    "specs/toy.yml",
)
COLUMNS = "place string, day timestamp, y double"
WEEK = (0.0, 4.0, 5.0, 6.0, 9.0, -12.0, -12.0)
LATER_WEEK = (*WEEK[3:], *WEEK[:3])
OTHER_WEEK = (-30.0, 40.0, -20.0, 45.0, -25.0, 30.0, -40.0)
FIRST = 84
SECOND = 119
PLACES = ["closed", "flat", "late", "mended", "moves", "new", "north", "south"]


def points(place: str, first: int, last: int, level: float = 60.0, week: tuple[float, ...] = WEEK):
    """The days first to last of 2013 of a place: a level, a week and a little noise."""
    rows = []
    for number in range(first, last + 1):
        day = date(2013, 1, 1) + timedelta(days=number - 1)
        noise = np.random.default_rng([number, len(place)]).normal(0, 1.5)
        rows.append((place, f"{day} 00:00", level + week[number % 7] + float(noise)))
    return rows


def first_points():
    """Two steady series, one that will move, one whose newest point will be corrected, one that ends, one that never
    changes, and three points of a new one."""
    flat = [(place, day, 5.0) for place, day, _ in points("flat", 1, FIRST)]
    steady = [*points("north", 1, FIRST), *points("south", 1, FIRST, 20)]
    later = [*points("moves", 1, FIRST, 80), *points("mended", 1, FIRST, 90)]
    return [*steady, *later, *points("closed", 1, 80), *flat, *points("new", FIRST - 2, FIRST)]


def second_points():
    """One series has another week from the first new day on. Of one, a point is corrected, and its week is another one
    for three weeks: what a fit learns there does not last. One has ended, and one arrives with few points."""
    days = FIRST + 1, SECOND
    flat = [(place, day, 5.0) for place, day, _ in points("flat", *days)]
    steady = [*points("north", *days), *points("south", *days, 20), *points("new", *days)]
    corrected = [*points("mended", FIRST, FIRST, 93), *points("mended", FIRST + 1, FIRST + 21, 90, LATER_WEEK)]
    mended = [*corrected, *points("mended", FIRST + 22, SECOND, 90)]
    later = [*points("moves", *days, 80, OTHER_WEEK), *mended]
    return [*steady, *later, *flat, *points("late", SECOND - 4, SECOND)]


@pytest.fixture(scope="module")
def story(make_loop):
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    loop.source_has(first_points(), COLUMNS)
    told.first_batch = loop.ingest(as_of="2013-03-27")
    told.nothing_scored = loop.score()
    told.first_check = loop.check()
    told.first_fit = loop.retrain()
    told.first = loop.promote()
    told.first_scored = loop.score()
    told.first_page = loop.report().page

    loop.source_has(second_points(), COLUMNS)
    told.second_batch = loop.ingest(as_of="2013-05-01")
    told.scored = loop.score()
    told.scored_again = loop.score()
    told.before = live_forecasts(loop)
    told.answer_before = answer(loop)
    told.second_check = loop.check()
    told.checked_again = loop.check()
    told.second_fit = loop.retrain()
    told.fitted_again = loop.retrain()
    told.second = loop.promote()
    told.second_scored = loop.score()
    told.between = live_forecasts(loop)
    told.second_page = loop.report().page
    told.compared = compare_refit(loop.context)
    told.compared_again = compare_refit(loop.context)

    told.reproduced = [reproduce(loop.context, version) for version in ("1", "3")]
    told.back = loop.rollback(as_of="2013-05-02")
    told.scored_after = loop.score()
    told.after = live_forecasts(loop)
    told.answer_after = answer(loop)
    return told


def live_forecasts(loop: Loop) -> pd.DataFrame:
    """What the champion says of the newest batch."""
    rows = loop.tables.read("toy_forecasts").where(f"model_version = '{loop.alias('champion')}'").toPandas()
    newest = rows[rows["_batch_seq"] == rows["_batch_seq"].max()]
    return newest.sort_values(["series", "step"]).reset_index(drop=True)


def forecasts_of(loop: Loop, version: str, batch_seq: int) -> int:
    """How many forecasts a version made after a batch."""
    rows = loop.tables.read("toy_forecasts")
    return rows.where(f"model_version = '{version}' AND _batch_seq = {batch_seq}").count()


def answer(loop: Loop) -> pd.DataFrame:
    """What a caller of the registry gets."""
    model = mlflow.pyfunc.load_model(f"models:/{loop.registry.full_name('toy')}@champion")
    return model.predict(pd.DataFrame({"place": PLACES, "horizon": 7}))


def actions(loop: Loop, check) -> dict[str, str]:
    """Action by place, of one decision."""
    rows = loop.tables.read("panel_actions").where(f"evaluation_id = '{check.decision.evaluation_id}'").collect()
    assert len(rows) == len({row["series"] for row in rows})
    return {json.loads(row["series"])[0]: row["action"] for row in rows}


def models(loop: Loop, panel: int, made: str) -> pd.DataFrame:
    """Models of a panel by place."""
    rows = loop.tables.read("series_models").where(f"panel_version = {panel} AND made = '{made}'").toPandas()
    return rows.assign(place=[json.loads(each)[0] for each in rows["series"]]).set_index("place")


def panels(loop: Loop) -> dict[str, int]:
    """The panel of each version."""
    return {
        str(row.version): row.panel_version
        for row in read_rows(loop.tables, Manifest, "toy")
        if row.version and row.panel_version is not None
    }


def test_a_first_panel_goes_live(story):
    assert story.nothing_scored.champion_version is None
    assert story.first_check.decision.action == "refit"
    assert story.first.promotion.outcome == "PROMOTE"
    assert story.first.promotion.version == "1"


def test_every_series_of_a_first_panel_is_specified_or_falls_back(story):
    expected = dict.fromkeys(["closed", "mended", "moves", "north", "south"], "respecify") | {
        "flat": "fallback",
        "new": "fallback",
    }

    assert actions(story.loop, story.first_check) == expected
    assert sorted(models(story.loop, panels(story.loop)["1"], "fitted").index) == sorted(expected)


def test_the_one_decision_counts_the_actions(story):
    counted = {each.action: each.series for each in story.first_check.decision.series_actions}

    assert counted == {"fallback": 2, "respecify": 5}
    assert "5 of 7 series are to be fitted" in " ".join(story.first_check.decision.reasons)


def test_forecasts_are_made_once_a_batch_for_every_series_that_has_not_ended(story):
    assert story.first_scored.rows == 0  # the panel has forecast when it went live
    assert forecasts_of(story.loop, "1", 1) == 7 * 7
    assert story.scored.rows == 7 * 7
    assert story.scored_again.rows == 0
    assert sorted({json.loads(key)[0] for key in story.before["series"]}) == sorted(set(PLACES) - {"closed"})


def test_the_state_is_carried_on_with_the_parameters_of_the_fit(story):
    panel = panels(story.loop)["1"]
    fitted, followed = models(story.loop, panel, "fitted"), models(story.loop, panel, "followed")
    north = followed.loc["north"].sort_values("batch_seq")

    assert len(north) == 2
    assert set(north["trained_until"]) == {fitted.loc["north", "trained_until"]}
    assert north["updated_until"].diff().iloc[-1] == SECOND - FIRST
    assert north["state"].nunique() == 2


def test_actuals_meet_the_forecasts_that_were_made_before_them(story):
    losses = story.second_check.decision.daily_losses

    assert losses
    assert {each.version for each in losses} == {"1"}
    assert sum(each.rows for each in losses) == 6 * 7  # six places go on, and a horizon of seven days was forecast


def test_the_second_decision_says_what_each_series_needs(story):
    found = actions(story.loop, story.second_check)

    assert found.pop("moves") in ("reestimate", "respecify")
    assert found == {
        "closed": "retire",
        "flat": "fallback",
        "late": "fallback",
        "mended": "reestimate",
        "new": "respecify",
        "north": "update_state",
        "south": "update_state",
    }
    assert story.second_check.decision.action == "update"
    assert story.checked_again.decision == story.second_check.decision


def test_each_action_replays_to_the_same_answer(story):
    names = PanelAction.__dataclass_fields__
    rows = [row.asDict() for row in story.loop.tables.read("panel_actions").collect()]

    assert len(rows) == 7 + 8
    for row in rows:
        again = replayed(PanelAction(**{name: row[name] for name in names}))
        assert (again.action, again.reason) == (row["action"], row["reason"])


def test_a_second_panel_fits_what_needs_it_and_carries_the_rest_over(story):
    first, second = (models(story.loop, panels(story.loop)[version], "fitted") for version in ("1", "2"))

    assert story.fitted_again.manifest.version == story.second_fit.manifest.version == "2"
    assert sorted(second.index) == sorted(set(PLACES) - {"closed"})
    assert second.loc["moves", "trained_until"] > first.loc["moves", "trained_until"]
    for place in ("north", "south"):
        assert second.loc[place, "trained_until"] == first.loc[place, "trained_until"]
        assert json.loads(second.loc[place, "state"]).keys() == json.loads(first.loc[place, "state"]).keys()


def test_the_gate_judges_the_second_panel(story):
    rows = story.loop.tables.read("gate_results").where("candidate_version = '2'").collect()
    found = {row["check"]: row["verdict"] for row in rows}

    assert found["gain"] == "passed"
    assert found["series"] == "passed"
    assert {"coverage_80", "coverage_95", "stability", "fallbacks"} <= set(found)


def test_a_series_that_the_second_panel_makes_worse_keeps_its_model_in_what_goes_live(story):
    first, live = (models(story.loop, panels(story.loop)[version], "fitted") for version in ("1", "3"))
    kept = live[live["reason"].str.startswith(KEPT)]
    promotion = story.second.promotion

    assert (promotion.outcome, promotion.candidate_version, promotion.version) == ("PROMOTE", "2", "3")
    assert list(kept.index) == ["mended"]
    assert kept.loc["mended", "state"] == first.loc["mended", "state"]
    assert "1 of 7 series keep the champion's model" in " ".join(promotion.reasons)
    assert sorted(live.index) == sorted(set(PLACES) - {"closed"})
    assert story.second_scored.rows == 0
    assert forecasts_of(story.loop, "3", 2) == 7 * 7


def test_the_live_panel_is_compared_with_one_that_is_fitted_again(story):
    row = story.compared.row

    assert (row.batch_seq, row.origin_batch, row.model_version) == (2, 1, "1")
    assert (row.series, row.forecasts) == (6, 6 * 7)
    assert row.refit_loss == pytest.approx(row.live_loss, rel=0.05)  # the panel was fitted on almost the same points
    assert story.compared_again.row == row
    assert story.loop.tables.read("panel_references").count() == 1


def test_a_rollback_restores_the_earlier_forecasts(story):
    assert story.back.promotion.version == "1"
    assert set(story.between["model_version"]) == {"3"}
    assert story.scored_after.rows == 0
    pd.testing.assert_frame_equal(story.after, story.before)
    pd.testing.assert_frame_equal(story.answer_after, story.answer_before)


def test_both_panels_are_reproduced_to_the_last_digit(story):
    for report in story.reproduced:
        assert {each.what for each in report.comparisons if each.same is False} == set(), report.summary
        assert report.same_rows


def test_callers_get_every_series_with_its_reason(story):
    found = story.answer_before

    assert found.groupby("place").size().to_dict() == dict.fromkeys(PLACES, 7)
    assert found.loc[found["place"] == "north", "prediction"].between(40, 80).all()
    assert "equal" in found.loc[found["place"] == "flat", "reason"].iloc[0]
    assert found.loc[found["place"] == "late", "prediction"].isna().all()


def test_pages_are_made(story):
    for page in (story.first_page, story.second_page):
        assert "<html" in page

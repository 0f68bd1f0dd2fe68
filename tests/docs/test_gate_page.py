"""The page about the gate says what the gate computes."""

import math
import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from retraining.rules.gate.correlation import ASSUMED, spread_of_mean
from retraining.rules.gate.holdout import FEWEST_DAYS, MOST_DAYS, holdout_days, level_of_look, looks_a_year
from retraining.rules.gate.jackknife import effective_blocks
from retraining.spec.gate_section import GateSection
from retraining.spec.model_spec import PERIOD_DAYS

PAGE = " ".join((Path(__file__).parents[2] / "docs/explanation/how-the-gate-decides.md").read_text("utf-8").split())


def spreads(schedule: str | None, days: int, span: int) -> float:
    """How many standard deviations of a day the lower bound lies below the gain. schedule: None for a question whose
    level does not depend on the looks."""
    false_promotions = GateSection().false_promotions_per_year
    level = level_of_look(false_promotions, looks_a_year(PERIOD_DAYS[schedule], span)) if schedule else 0.95
    inflation, freedom = spread_of_mean(np.ones(days), ASSUMED)
    return float(stats.t.ppf(level, freedom)) * math.sqrt(inflation / days)


@pytest.mark.parametrize(
    ("rows", "schedule", "span"),
    [("every day", "daily", 6), ("one day a week", "weekly", 42), ("one day a month", "monthly", 183)],
)
def test_what_a_change_must_gain_on_six_days_is_what_the_page_says(rows, schedule, span):
    (said,) = re.findall(rf"\| {rows} \|[^|]*\|[^|]*\| ([\d.]+) times the spread \|", PAGE)

    assert said == f"{spreads(schedule, FEWEST_DAYS, span):.1f}"


def test_the_other_numbers_of_the_section_are_computed_too():
    days = [date(2013, 1, 1) + timedelta(days=each) for each in range(200)]
    full = next(count for count in range(200) if len(holdout_days(days[:count])) == MOST_DAYS)
    more = next(count for count in range(200) if len(holdout_days(days[:count])) > FEWEST_DAYS)

    assert f"{MOST_DAYS} days with rows need {full} of them, after which a change of daily rows must gain " in PAGE
    assert f"must gain {spreads('daily', MOST_DAYS, MOST_DAYS):.1f} times the spread." in PAGE
    assert f"more than {more - 1} since the champion's data" in PAGE
    assert f"need {spreads(None, FEWEST_DAYS, 6):.1f} times the spread at each cadence" in PAGE
    assert f"as much as {effective_blocks(FEWEST_DAYS, ASSUMED):.1f} independent ones" in PAGE

"""A classifier tells new rows from reference rows where they differ by more than how high they are, and only there."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from retraining.rules.drift.classifier.domain_classifier import MOST_ROWS, tell_apart

FIRST = date(2013, 1, 1)


def rows_of_days(rng, days, per_day=100, correlation=0.8, day_effect=0.3):
    """Standard normal columns x0, x1 and x2, of which the first two go together, with an effect of each day."""
    day = np.repeat(np.arange(days), per_day)
    values = rng.normal(size=(len(day), 3))
    values[:, 1] = correlation * values[:, 0] + (1 - correlation**2) ** 0.5 * values[:, 1]
    values += day_effect * rng.normal(size=(days, 3))[day]
    return pd.DataFrame(values, columns=["x0", "x1", "x2"]), day


def dated(days, first=0):
    return [FIRST + timedelta(days=first + int(day)) for day in days]


def compared(seed, with_days=True, **current):
    rng = np.random.default_rng(seed)
    before, before_days = rows_of_days(rng, 72, day_effect=current.get("day_effect", 0.3))
    now, now_days = rows_of_days(rng, 7, **current)
    if not with_days:
        return tell_apart(before.head(700), now, None, None, seed=0)
    return tell_apart(before, now, dated(before_days), dated(now_days, 72), seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("day_effect", [0.0, 1.0])
def test_stable_batches_whose_days_differ_raise_at_most_one_alarm_in_twenty(day_effect):
    assert [compared(seed, day_effect=day_effect).verdict for seed in range(20)].count("drifted") <= 1


@pytest.mark.slow
def test_stable_batches_would_raise_alarms_if_rows_were_taken_as_independent():
    assert [compared(seed, with_days=False, day_effect=1.0).verdict for seed in range(3)].count("drifted") == 3


def test_columns_that_no_longer_go_together_are_found_although_each_is_as_before():
    found = compared(1, correlation=-0.8)

    assert found.verdict == "drifted"
    assert found.auc > found.bound
    assert {name for name, _ in found.columns[:2]} == {"x0", "x1"}
    assert found.reason == (
        f"A classifier tells 300 new rows of 3 days from 3,024 reference rows of 72 days with an AUC of "
        f"{found.auc:.3f} (0.5 is guessing, and 0.55 passes); 24 runs of 3 days of the reference stay below "
        f"{found.bound:.3f}. Given away by `{found.columns[0][0]}` ({found.columns[0][1]:.3f}), "
        f"`{found.columns[1][0]}` ({found.columns[1][1]:.3f}): what the AUC loses without it."
    )


@pytest.mark.slow
def test_days_that_are_higher_are_left_to_the_distances():
    rng = np.random.default_rng(3)
    before, days = rows_of_days(rng, 72)
    now, now_days = rows_of_days(rng, 7)

    assert tell_apart(before, now + 1.0, dated(days), dated(now_days, 72), seed=0).verdict == "stable"


@pytest.mark.slow
def test_missing_values_and_categories_give_a_change_away():
    rng = np.random.default_rng(3)
    x = rng.normal(size=6000)
    c = rng.choice(["a", "b"], 6000).astype(object)
    before = pd.DataFrame({"x": x, "c": c, "constant": 1.0, "empty": np.nan})
    now = before.head(400).copy()
    now["x"] = np.where(np.arange(400) % 3 == 0, np.nan, now["x"])
    now["c"] = np.where(x[:400] > 0.5, "new", now["c"])

    found = tell_apart(before, now, dated(np.arange(6000) // 200), dated(np.arange(400) // 200, 30), seed=0)

    assert found.verdict == "drifted"
    assert {name for name, _ in found.columns[:2]} == {"x", "c"}
    assert dict(found.columns)["constant"] == dict(found.columns)["empty"] == 0


@pytest.mark.slow
def test_rows_without_days_say_what_their_bound_assumes():
    found = compared(4, with_days=False, day_effect=0.0)

    assert found.verdict == "stable"
    assert "tells 700 new rows from 700 reference rows with" in found.reason
    assert (
        "relabellings of the rows stay below "
        f"{found.bound:.3f} (too little where rows are not independent, such as rows of one day)." in found.reason
    )


@pytest.mark.slow
def test_a_seed_gives_the_same_verdict_twice():
    assert compared(5) == compared(5)


def test_nothing_that_varies_is_no_change():
    constant = pd.DataFrame({"x": [1.0] * 2600})
    found = tell_apart(constant, constant.head(200), dated(np.arange(2600) // 200), dated([0] * 200, 13), seed=0)

    assert (found.verdict, found.auc, found.bound) == ("stable", 0.5, 0.5)


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (400, 199, "400 rows in the reference and 199 in the batch; a verdict needs 200 of each."),
        (199, 400, "199 rows in the reference and 400 in the batch; a verdict needs 200 of each."),
        (
            300,
            300,
            "10 days in the reference and 10 in the batch; a verdict needs 12 times as many in the reference as in the "
            "batch's newest days, and 200 rows in these.",
        ),
    ],
)
def test_too_little_data_is_no_verdict_but_counts(before, now, reason):
    frames = (pd.DataFrame({"x": np.arange(rows, dtype=float)}) for rows in (before, now))

    found = tell_apart(*frames, dated(np.arange(before) % 10), dated(np.arange(now) % 10, 10), seed=0)

    assert (found.verdict, found.auc, found.bound, found.columns) == ("not_enough_data", None, None, ())
    assert found.reason == reason


def test_without_a_column_there_is_no_verdict():
    nothing = pd.DataFrame(index=range(200))

    assert tell_apart(nothing, nothing, None, None, seed=0).reason == "There is no column to tell the rows apart by."


@pytest.mark.parametrize("too_large", [0, 1])
def test_more_rows_than_the_limit_are_refused(too_large):
    frames = [pd.DataFrame({"x": [0.0] * 200})] * 2
    frames[too_large] = pd.DataFrame({"x": np.zeros(MOST_ROWS + 1)})

    with pytest.raises(ValueError, match="20,001 rows, at most 20,000 are compared; give a sample of them"):
        tell_apart(*frames, None, None, seed=0)


def test_days_of_one_side_only_are_refused():
    frame = pd.DataFrame({"x": [0.0] * 200})

    with pytest.raises(ValueError, match="days are known of one side only"):
        tell_apart(frame, frame, dated([0] * 200), None, seed=0)

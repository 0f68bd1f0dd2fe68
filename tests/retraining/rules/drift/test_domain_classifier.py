"""A classifier tells new rows from reference rows where they differ, and only there."""

import numpy as np
import pandas as pd
import pytest

from retraining.rules.drift.domain_classifier import MOST_ROWS, tell_apart


def rows_of_days(rng, days, per_day=25, columns=2, day_effect=0.3, shift=0.0):
    """Standard normal columns x0, x1 and so on, with an effect of each day; x0 is shifted."""
    day = np.repeat(np.arange(days), per_day)
    values = rng.normal(size=(len(day), columns)) + day_effect * rng.normal(size=(days, columns))[day]
    values[:, 0] += shift
    return pd.DataFrame(values, columns=[f"x{place}" for place in range(columns)]), day


def compared(seed, with_days=True, **current):
    rng = np.random.default_rng(seed)
    before, before_days = rows_of_days(rng, 16, day_effect=current.get("day_effect", 0.3))
    now, now_days = rows_of_days(rng, 8, **current)
    return tell_apart(before, now, *((before_days, now_days) if with_days else (None, None)), seed=0)


@pytest.mark.slow
def test_stable_batches_whose_days_differ_raise_at_most_one_alarm_in_twenty():
    # Of 150 batches like these two were called drifted; the bound promises one in 40.
    assert [compared(seed).verdict for seed in range(20)].count("drifted") <= 1


@pytest.mark.slow
def test_better_than_guessing_is_no_drift_below_the_bound():
    found = compared(2)

    assert (found.verdict, 0.5 < found.auc < found.bound) == ("stable", True)
    assert found.reason.endswith(f"reached at most {found.bound:.3f}.")


@pytest.mark.slow
def test_stable_batches_would_raise_alarms_if_rows_were_taken_as_independent():
    assert [compared(seed, with_days=False, day_effect=1.0).verdict for seed in range(3)].count("drifted") == 3


def test_a_shift_of_half_a_standard_deviation_in_one_column_is_found_and_named():
    found = compared(1, day_effect=0.1, shift=0.5)

    assert found.verdict == "drifted"
    assert found.auc > found.bound > 0.5
    assert [name for name, _ in found.columns] == ["x0", "x1"]
    assert found.columns[0][1] > 0.05 > found.columns[1][1]
    assert found.reason == (
        f"A classifier tells 200 new rows of 8 days from 400 reference rows of 16 days with an AUC of {found.auc:.3f} "
        f"(0.5 is guessing); 39 random relabellings of the days reached at most {found.bound:.3f}. Given away by `x0` "
        f"({found.columns[0][1]:.3f}): what the AUC loses without it."
    )


@pytest.mark.slow
def test_columns_that_no_longer_go_together_are_found_although_each_is_as_before():
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(2, 800))
    before = pd.DataFrame({"a": one[:400], "b": one[:400] + 0.1 * other[:400]})
    now = pd.DataFrame({"a": one[400:], "b": rng.permutation(one[400:])})

    found = tell_apart(before, now, np.arange(400) // 20, np.arange(400) // 20, seed=0)

    assert found.verdict == "drifted"
    assert "`a`" in found.reason
    assert "`b`" in found.reason


def test_missing_values_and_categories_give_a_change_away():
    rng = np.random.default_rng(3)
    x = rng.normal(size=600)
    c = rng.choice(["a", "b"], 600).astype(object)
    before = pd.DataFrame({"x": x[:300], "c": c[:300], "constant": 1.0, "empty": np.nan})
    now = before.assign(x=np.where(np.arange(300) % 3 == 0, np.nan, x[300:]), c=np.where(x[300:] > 0.5, "new", c[300:]))

    found = tell_apart(before, now, np.arange(300) // 20, np.arange(300) // 20, seed=0)

    assert found.verdict == "drifted"
    assert {name for name, _ in found.columns[:2]} == {"x", "c"}
    assert dict(found.columns)["constant"] == dict(found.columns)["empty"] == 0


@pytest.mark.slow
def test_rows_without_days_say_what_their_bound_assumes():
    found = compared(4, with_days=False, day_effect=0.0)

    assert found.verdict == "stable"
    assert "tells 200 new rows from 400 reference rows with" in found.reason
    assert (
        "relabellings of the rows reached at most "
        f"{found.bound:.3f} (too little where rows are not independent, such as rows of one day)." in found.reason
    )


@pytest.mark.slow
def test_a_seed_gives_the_same_verdict_twice():
    assert compared(5) == compared(5)


def test_nothing_that_varies_is_no_change():
    constant = pd.DataFrame({"x": [1.0] * 200})
    days = np.arange(200) // 20

    found = tell_apart(constant, constant, days, days, seed=0)

    assert (found.verdict, found.auc, found.bound) == ("stable", 0.5, 0.5)


@pytest.mark.parametrize(
    ("before", "now", "days", "reason"),
    [
        (400, 199, 10, "400 rows in the reference and 199 in the batch; a verdict needs 200 of each."),
        (199, 400, 10, "199 rows in the reference and 400 in the batch; a verdict needs 200 of each."),
        (300, 300, 5, "5 days in the reference and 5 in the batch; a verdict needs 6 of each."),
    ],
)
def test_too_little_data_is_no_verdict_but_counts(before, now, days, reason):
    frames = (pd.DataFrame({"x": np.arange(rows, dtype=float)}) for rows in (before, now))

    found = tell_apart(*frames, np.arange(before) % days, np.arange(now) % days, seed=0)

    assert (found.verdict, found.auc, found.bound, found.columns) == ("not_enough_data", None, None, ())
    assert found.reason == reason


def test_without_a_column_there_is_no_verdict():
    nothing = pd.DataFrame(index=range(200))
    days = np.arange(200) // 20

    assert tell_apart(nothing, nothing, days, days, seed=0).reason == "There is no column to tell the rows apart by."


@pytest.mark.parametrize("too_large", [0, 1])
def test_more_rows_than_the_limit_are_refused(too_large):
    frames = [pd.DataFrame({"x": [0.0] * 200})] * 2
    frames[too_large] = pd.DataFrame({"x": np.zeros(MOST_ROWS + 1)})

    with pytest.raises(ValueError, match="20,001 rows, at most 20,000 are compared; give a sample of them"):
        tell_apart(*frames, None, None, seed=0)

"""New categories are counted against what a column with rare ones brings anyway; one new value that is frequent is
named."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.frequent_values import frequent_names, frequent_values
from retraining.rules.drift.new_values import MOST_UNSEEN_SHARE, newest_shares, unseen_limit
from retraining.rules.drift.profile import Profile

from .columns import NORMAL, RUN, categorical, days, drift_spec, floor_of, numeric, profiled

SAME = np.random.default_rng(8).normal(10.0, 2.0, 1000)


def zipf(random, rows, categories=10_000):
    share = 1 / np.arange(1, categories + 1)
    return [f"c{rank}" for rank in random.choice(categories, rows, p=share / share.sum())]


def named(reference, values):
    """The profile as a worker counts it."""
    plain = profiled(reference, values)
    if reference.is_numeric:
        numbers = np.array(values, dtype=float)
        usual = np.array(reference.counts) / sum(reference.counts)
        finder = bin_finder(np.array(reference.edges))
        found = frequent_values(numbers, np.array(plain.counts, dtype=float), finder, usual)
        return replace(plain, unseen=tuple((repr(value), int((numbers == value).sum())) for value in found))
    known = set(reference.categories)
    return replace(plain, unseen=tuple(Counter(value for value in values if value not in known).most_common()))


def judged(reference, values, columns=1, **drift):
    evaluation = DriftEvaluation("e", 2, 1, columns)
    return compare_column(drift_spec(**drift), reference, named(reference, values), evaluation, RUN)


def test_a_column_of_many_rare_categories_is_stable_although_many_of_them_are_new():
    random = np.random.default_rng(1)
    verdicts = []
    for _ in range(8):
        reference = categorical(zipf(random, 500))
        verdicts += [judged(reference, zipf(random, rows)) for rows in (300, 1000, 5000)]

    assert [metric.verdict for metric in verdicts].count("stable") >= 23
    assert min(metric.unseen_share for metric in verdicts) > 0.2
    assert all(metric.unseen_limit > MOST_UNSEEN_SHARE for metric in verdicts)


def test_many_equally_rare_categories_are_stable_although_the_reference_was_lucky_with_some():
    random = np.random.default_rng(2)
    draw = lambda rows: [f"c{rank}" for rank in random.integers(0, 60, rows)]  # noqa: E731  # said once
    verdicts = [judged(categorical(draw(500)), draw(rows)).verdict for rows in (300, 2000) for _ in range(10)]

    assert verdicts.count("stable") >= 19


def test_more_new_categories_than_the_rare_ones_explain_have_drifted():
    random = np.random.default_rng(3)
    reference, batch = categorical(zipf(random, 2000, 500)), zipf(random, 1000, 500)
    metric = judged(reference, [f"new {place}" if place % 2 else value for place, value in enumerate(batch)])

    assert metric.verdict == "drifted"
    assert f"{metric.unseen_limit:.0%} may be." in metric.reason


def test_one_new_category_that_is_frequent_has_drifted_however_many_rare_ones_are_new():
    random = np.random.default_rng(4)
    reference, batch = categorical(zipf(random, 500)), zipf(random, 1000)
    metric = judged(reference, ["SWF" if place % 12 == 0 else value for place, value in enumerate(batch)])

    assert (metric.verdict, metric.new_value) == ("drifted", "SWF")
    assert metric.fault == "`c` has `SWF` in 8% of its values, which hardly any row of the reference has."


def test_a_reference_that_forgot_its_rarest_categories_finds_a_frequent_one_too():
    reference = categorical([f"c{number}" for number in range(1500)])
    batch = [f"c{number}" for number in range(900)]

    assert judged(reference, batch).verdict == "stable"
    assert judged(reference, [*batch, *["SWF"] * 100]).new_value == "SWF"


@pytest.mark.parametrize("rows", [200, 10_000])
def test_without_rare_categories_a_twentieth_may_be_new(rows):
    assert unseen_limit(np.array([500, 300, 200]), rows, 0.99) == MOST_UNSEEN_SHARE


def test_the_limit_is_what_the_categories_with_one_row_say_and_its_error():
    counts = np.array([100, *[1] * 100])

    assert unseen_limit(counts, 10**9, 0.5) == pytest.approx(0.5)
    assert unseen_limit(counts, 10**9, 0.975) == pytest.approx(0.5 + 1.96 * 101**0.5 / 200, abs=1e-3)
    assert unseen_limit(counts, 200, 0.975) > 0.6
    assert unseen_limit(np.array([1] * 10), 200, 0.99) == 1


def test_periods_of_days_that_brought_new_categories_raise_the_limit():
    weeks = days(70, 50)
    values = [f"week {day // 7}" if place % 5 == 0 else "always" for place, day in enumerate(weeks)]
    reference = categorical(values, days=weeks)

    assert floor_of(reference, "unseen_share") == pytest.approx(0.2)
    assert judged(reference, ["always"] * 282 + ["week 10"] * 68).verdict == "stable"
    assert judged(categorical(values), ["always"] * 282 + ["week 10"] * 68).verdict == "drifted"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (-999.0, ": a placeholder of missing values."),
        (9999.0, ": a placeholder of missing values."),
        (0.0, "which hardly any row of the reference has."),
        (10.123, "which hardly any row of the reference has."),
    ],
)
def test_a_number_in_a_twentieth_of_the_rows_that_was_never_there_is_a_fault(value, fault):
    batch = np.where(np.arange(1000) % 20 == 0, value, SAME)
    metric = judged(numeric(NORMAL), batch, columns=20)

    assert metric.verdict == "drifted"
    assert metric.fault.startswith(f"`x` has `{value!r}` in 5% of its values")
    assert metric.fault.endswith(fault)


@pytest.mark.parametrize(
    "draw",
    [
        lambda random: random.poisson(15.0, 2000).astype(float),
        lambda random: np.round(random.lognormal(size=2000), 1),
        lambda random: np.where(random.random(2000) < 0.3, 0.0, random.normal(size=2000)),
        lambda random: random.normal(size=2000),
    ],
    ids=["counts", "rounded", "half empty", "continuous"],
)
def test_values_that_were_frequent_before_are_none(draw):
    random = np.random.default_rng(5)

    assert [judged(numeric(draw(random)), draw(random)[:rows]).fault for rows in (200, 1000, 2000)] == [None] * 3


def test_a_number_that_each_period_has_anew_is_no_fault():
    weeks = days(70, 50)
    reference = numeric(np.where(np.arange(3500) % 5 == 0, weeks // 7, 20 + np.arange(3500) / 3500), days=weeks)

    assert floor_of(reference, "new_value") == pytest.approx(0.2)
    assert judged(reference, np.where(np.arange(350) % 5 == 0, 10.0, 20 + np.arange(350) / 350)).fault is None


def test_a_value_below_two_hundredths_is_not_looked_at():
    batch = SAME.copy()
    batch[:19] = -999.0

    assert judged(numeric(NORMAL), batch).new_value is None


def test_only_numbers_of_bins_that_became_fuller_are_counted():
    finder = bin_finder(np.arange(0.0, 100.0))
    values = np.concatenate([np.arange(0.5, 99.5), np.full(20, 7.25), [np.nan]])
    counts = np.bincount(finder.find(values[:-1]), minlength=finder.bins).astype(float)

    assert frequent_values(values, counts, finder, np.full(101, 1 / 101)) == [7.25, 7.5]
    assert frequent_values(values[:99], counts * 0 + 1, finder, np.full(101, 1 / 101)) == []


def test_a_name_is_kept_where_the_whole_batch_has_it_often_enough():
    rows = [Profile((20,), unseen=(("a", 1), ("b", 1))), *[Profile((20,), unseen=(("a", 1),))] * 9]

    assert frequent_names(rows, 5) == {"a"}
    assert frequent_names(rows, 11) == frozenset()


def test_values_of_one_period_alone_are_new_there():
    codes = np.array([0, 0, 1, 2, 0, 0, 3, 3])
    periods = np.array([0, 0, 0, 0, 1, 1, 1, 1])

    assert newest_shares(codes, periods, np.array([4, 4]), 1) == (0.5, 0.5)
    assert newest_shares(codes, periods, np.array([4, 4]), 5) == (0, 0)
    assert newest_shares(codes[:0], periods[:0], np.array([4, 4]), 1) == (0, 0)

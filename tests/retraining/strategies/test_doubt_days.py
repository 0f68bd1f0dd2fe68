"""Spoiled days are found in every kind of model; a changed world, ordinary days and noisy ones are something else."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from retraining.kinds.find_kind import find_kind
from retraining.records.decision import DoubtedDays
from retraining.strategies.choose_window import DatedRows
from retraining.strategies.doubt_days import doubt_days

START = 20_000
FIRST = date(1970, 1, 1) + timedelta(days=START)
WEEKS = 6


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def week(number: int) -> set[date]:
    return {day_of(each) for each in range(7 * number, 7 * number + 7)}


def rows_of(kind: str, spoil: str, hit: Sequence[int], seed: int, a_day: int = 100) -> DatedRows:
    """Six weeks in which a label follows three features; the days that are hit are spoiled."""
    random = np.random.default_rng(seed)
    days = np.repeat(np.arange(7 * WEEKS), a_day)
    features = random.standard_normal((len(days), 3))
    inside = np.isin(days, hit)
    score = 2 * features[:, 0] + features[:, 1]
    score = np.where(inside & (spoil == "another world"), score - 4 * features[:, 0], score)
    label = label_of(kind, score + random.standard_normal(len(days)) * np.where(inside & (spoil == "noise"), 3.0, 1.0))
    if spoil == "shuffled":
        label[inside] = random.permutation(label[inside])
    if spoil == "another sign":
        features[inside, 0] *= -1
    if spoil == "another unit":
        features[inside, 0] *= 1_000
    return DatedRows(pd.DataFrame(features, columns=["a", "b", "c"]), pd.Series(label), days + START)


def label_of(kind: str, score: np.ndarray) -> np.ndarray:
    edges = {"binary": [0.0], "rare class": [4.5], "four classes": [-2.0, 0.0, 2.0]}
    if kind not in edges:
        return score
    return np.array(["a", "b", "c", "d"], dtype=object)[np.digitize(score, edges[kind])]


LEARNERS = {
    "numbers": LinearRegression(),
    "trees that know their rows by heart": RandomForestRegressor(20, random_state=0),
    "binary": LogisticRegression(),
    "rare class": LogisticRegression(),
    "four classes": LogisticRegression(),
    "a tree": DecisionTreeClassifier(min_samples_leaf=20, random_state=0),
    "no probabilities": LinearSVC(),
}
KIND_OF = {"a tree": "binary", "no probabilities": "binary"}


def look(name: str, spoil: str, hit: Sequence[int], seed: int, **asked) -> tuple[DoubtedDays, ...] | None:
    """At the last two weeks, of which the last but one or the last is hit."""
    data = KIND_OF.get(name, name)
    kind = find_kind(
        "regression" if isinstance(LEARNERS[name], LinearRegression | RandomForestRegressor) else "classification"
    )
    new = week(WEEKS - 2) | week(WEEKS - 1)
    return doubt_days(LEARNERS[name], rows_of(data, spoil, hit, seed), kind, **{"new": new, "left_out": set(), **asked})


def days_of(found: DoubtedDays) -> set[date]:
    return {found.first + timedelta(days=each) for each in range((found.last - found.first).days + 1)}


LAST_BUT_ONE = range(7 * (WEEKS - 2), 7 * (WEEKS - 1))
LAST = range(7 * (WEEKS - 1), 7 * WEEKS)


@pytest.mark.parametrize("name", LEARNERS)
def test_labels_that_nothing_can_learn_are_found_wherever_they_are(name):
    for seed, hit in ((1, LAST), (2, LAST_BUT_ONE), (3, LAST[2:5])):
        (found,) = look(name, "shuffled", hit, seed)

        assert (found.doubt, found.left_out) == ("no_signal", True)
        assert len(days_of(found) ^ {day_of(each) for each in hit}) <= (0 if name == "numbers" else 2)


@pytest.mark.parametrize("name", LEARNERS)
def test_ordinary_days_are_not_in_doubt(name):
    assert [look(name, "nothing", (), seed) for seed in range(5)] == [()] * 5


@pytest.mark.parametrize("name", ["numbers", "binary"])
def test_days_that_are_only_noisier_are_learned(name):
    assert [look(name, "noise", LAST, seed) for seed in range(5)] == [()] * 5


@pytest.mark.parametrize("spoil", ["another sign", "another unit", "another world"])
def test_a_change_that_is_there_to_the_end_is_learned_and_said(spoil):
    (found,) = look("numbers", spoil, LAST, 1)

    assert (found.first, found.doubt, found.left_out) == (day_of(LAST[0]), "changed", False)


@pytest.mark.parametrize("spoil", ["another sign", "another unit", "another world"])
def test_a_change_that_the_days_after_do_not_show_is_left_out(spoil):
    (found,) = look("numbers", spoil, LAST_BUT_ONE, 1)

    assert (found.first, found.last, found.doubt, found.left_out) == (
        day_of(LAST_BUT_ONE[0]),
        day_of(LAST_BUT_ONE[-1]),
        "went_back",
        True,
    )


def test_a_change_that_has_come_to_stay_is_one_run_to_the_end():
    (found,) = look("numbers", "another world", [*LAST_BUT_ONE, *LAST], 1)

    assert (found.first, found.last, found.doubt) == (day_of(LAST_BUT_ONE[0]), day_of(LAST[-1]), "changed")


def test_days_that_were_left_out_are_looked_at_again_and_teach_nothing_meanwhile():
    earlier = range(7 * (WEEKS - 3), 7 * (WEEKS - 2))
    again = partial(look, "numbers", hit=earlier, seed=1, left_out=week(WEEKS - 3))

    assert [(each.first, each.doubt) for each in again(spoil="shuffled")] == [(day_of(earlier[0]), "no_signal")]
    assert again(spoil="corrected") == ()


def test_where_the_days_before_are_too_few_nothing_can_be_told():
    everything = set().union(*(week(number) for number in range(WEEKS)))

    assert look("numbers", "shuffled", LAST, 1, new=everything) is None


def test_the_sentence_has_the_numbers_and_what_follows():
    (found,) = look("numbers", "shuffled", LAST, 1)

    assert found.sentence == (
        "2024-11-08 to 2024-11-14: labels are put in order to -0.05 by a model of the days before and 0.02 by one of "
        "these days themselves (0.90 and 0.89 are usual). Nothing can be learned from these labels, so no model learns "
        "them."
    )

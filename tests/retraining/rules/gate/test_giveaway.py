"""Features that say the label by themselves."""

import numpy as np
import pandas as pd
import pytest

from retraining.rules.gate.sanity import giveaways

RANDOM = np.random.default_rng(5)
LABEL = pd.Series(RANDOM.normal(100, 20, 2_000))
CLASS = pd.Series(np.where(LABEL > 100, "late", "on time"))
FEATURES = pd.DataFrame(
    {
        "honest": LABEL + RANDOM.normal(0, 5, 2_000),
        "copy": LABEL * 3 - 7,
        "with gaps": np.where(RANDOM.random(2_000) < 0.0001, np.nan, LABEL),
        "code": np.where(CLASS == "late", "L", "O"),
        "name tag": [f"row {place}" for place in range(2_000)],
        "nothing": None,
    }
)


def test_a_copy_of_a_number_gives_it_away():
    assert giveaways(FEATURES, LABEL, is_numeric=True) == ("copy", "with gaps")


def test_a_code_gives_a_class_away_as_the_number_behind_it_does():
    assert giveaways(FEATURES, CLASS, is_numeric=False) == ("copy", "with gaps", "code")


@pytest.mark.parametrize("rows", [99, 2_000])
def test_little_is_not_looked_at(rows):
    constant = pd.Series(["late"] * rows)

    assert giveaways(FEATURES[:99], CLASS[:99], is_numeric=False) == ()
    assert giveaways(FEATURES[:rows], constant, is_numeric=False) == ()


def test_a_line_through_few_rows_is_seen():
    assert giveaways(FEATURES[["honest", "copy"]][:120], LABEL[:120], is_numeric=True) == ("copy",)


@pytest.mark.parametrize("far", [1e39, 1e308, np.inf, -np.inf])
def test_numbers_beyond_what_a_tree_can_hold_are_looked_at_too(far):
    features = pd.DataFrame({"far": np.where(RANDOM.random(2_000) < 0.01, far, LABEL), "noise": RANDOM.random(2_000)})
    features.loc[5, "noise"] = far

    assert giveaways(features, LABEL, is_numeric=True) == ("far",)
    assert "noise" not in giveaways(features, CLASS, is_numeric=False)


def test_labels_at_the_end_of_what_is_a_label_are_looked_at_too():
    label = pd.Series(np.where(CLASS == "late", 3.4e38, -3.4e38))

    assert giveaways(FEATURES[["honest", "copy"]], label, is_numeric=True) == ("copy",)


def test_a_class_that_is_found_only_where_it_is_not_is_no_obstacle():
    rare = CLASS.where(CLASS.index > 0, "cancelled")
    tail = pd.DataFrame({"tail": np.where(CLASS.index < 2, "N1", "N2")})

    assert giveaways(tail, rare, is_numeric=False) == ()

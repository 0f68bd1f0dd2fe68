"""The product of two columns shows that they no longer go together."""

import numpy as np
import pandas as pd
import pytest

from retraining.rules.drift.classifier.encode_rows import encode_rows
from retraining.rules.drift.classifier.pair_products import MOST_PAIRS, scores_of, telling_pairs, with_products


def encoded(**columns):
    frame = pd.DataFrame(columns)
    half = len(frame) // 2
    return encode_rows(frame.head(half), frame.tail(len(frame) - half))


def test_scores_are_standard_deviations_from_the_median_and_nothing_where_missing():
    values = np.append(np.random.default_rng(1).normal(50.0, 4.0, 10_000), [np.nan, 1e300])
    scores = scores_of(encoded(x=values))[:, 0]

    assert scores[:-2].std() == pytest.approx(1, abs=0.05)
    assert np.median(scores) == pytest.approx(0, abs=0.01)
    assert (scores[-2], scores[-1]) == (0, 3)


def test_a_column_with_a_heavy_value_a_constant_and_an_empty_one_have_scores():
    scores = scores_of(encoded(heavy=[0.0] * 9 + [3.0], same=1.0, none=np.nan, c=["a"] * 5 + ["b"] * 4 + [None]))

    assert np.isfinite(scores).all()
    assert scores[-1, 0] == pytest.approx(3)
    assert (scores[:, 1:3] == 0).all()
    assert scores[0, 3] > 0 > scores[5, 3]
    assert scores[-1, 3] == 0


def test_the_pair_that_changed_is_the_first():
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(400, 6))
    current = np.arange(400) >= 200
    scores[:, 4] = np.where(current, -1, 1) * scores[:, 2]
    pairs = telling_pairs(scores, current, np.ones(400, dtype=bool))

    assert (len(pairs), pairs[0].tolist()) == (MOST_PAIRS, [2, 4])
    assert with_products(scores, scores, pairs[:1])[:, -1] == pytest.approx(scores[:, 2] * scores[:, 4])


def test_one_column_has_no_pair():
    pairs = telling_pairs(np.zeros((4, 1)), np.array([0, 0, 1, 1], dtype=bool), np.ones(4, dtype=bool))

    assert with_products(np.zeros((4, 1)), np.zeros((4, 1)), pairs).shape == (4, 1)

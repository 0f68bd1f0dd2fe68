"""Logistic regression copes with what rows bring."""

import numpy as np
import pandas as pd

from recipes.logistic import pipeline

ROWS = pd.DataFrame({"x": [1.0, 2.0, np.nan, 9.0, 10.0, 11.0], "carrier": ["AA", "UA"] * 3})
LABEL = ["low", "low", "low", "high", "high", "high"]


def test_it_learns_classes_with_gaps_and_unseen_categories():
    model = pipeline(["x"], ["carrier"], {"C": 10.0}).fit(ROWS, LABEL)

    assert list(model.predict(pd.DataFrame({"x": [0.0, 12.0], "carrier": ["DL", None]}))) == ["low", "high"]
    assert model.predict_proba(ROWS).shape == (6, 2)

"""Ridge copes with what rows bring; the bare one takes numbers only."""

import numpy as np
import pandas as pd
import pytest

from recipes.ridge import bare, pipeline

ROWS = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "carrier": ["AA", "AA", "UA", "UA"]})
LABEL = [10.0, 20.0, 130.0, 140.0]  # 10 x, and 100 more for UA


def fitted(rows: pd.DataFrame = ROWS, label: list[float] = LABEL):
    return pipeline(["x"], ["carrier"], {"alpha": 1e-9}).fit(rows, label)


def predicted(x: float, carrier: str | None) -> float:
    return float(fitted().predict(pd.DataFrame({"x": [x], "carrier": [carrier]}))[0])


def test_the_pipeline_learns_numbers_and_categories():
    assert [predicted(5.0, "AA"), predicted(5.0, "UA")] == pytest.approx([50.0, 150.0], abs=1e-3)


def test_a_missing_number_counts_as_the_median():
    assert predicted(np.nan, "AA") == pytest.approx(predicted(2.5, "AA"))


@pytest.mark.parametrize("carrier", ["DL", None])
def test_an_unseen_category_counts_as_none_of_the_known(carrier):
    assert predicted(2.5, carrier) == pytest.approx(75.0, abs=1e-3)


def test_a_number_missing_in_training_is_no_obstacle():
    model = fitted(ROWS.assign(x=[1.0, np.nan, 3.0, 4.0]))

    assert np.isfinite(model.predict(ROWS)).all()


def test_a_single_row_is_enough_to_fit():
    assert fitted(ROWS.head(1), [10.0]).predict(ROWS.head(1)) == pytest.approx([10.0])


def test_a_pipeline_without_categories_works():
    model = pipeline(["x"], [], {"alpha": 1e-9}).fit(ROWS[["x"]], [10.0, 20.0, 30.0, 40.0])

    assert model.predict(pd.DataFrame({"x": [5.0]})) == pytest.approx([50.0])


def test_bare_ridge_takes_the_parameters_of_scikit_learn():
    assert bare(["x"], [], {"alpha": 2.0, "solver": "cholesky"}).get_params()["alpha"] == 2.0


def test_bare_ridge_refuses_categories():
    with pytest.raises(ValueError, match=r"recipes\.ridge\.bare takes numeric columns only"):
        bare(["x"], ["carrier"], {})

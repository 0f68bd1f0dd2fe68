"""What a version says it takes does not depend on which rows happened to be its example."""

import numpy as np
import pandas as pd
import pytest

from retraining.adapters.registry.signature import signature_of_rows

FULL = pd.DataFrame({"distance": [100.0, 200.0], "carrier": ["UA", "B6"]})
NUMBERS, TEXTS = np.array([1.0, 2.0]), np.array(["yes", "no"], dtype=object)


@pytest.mark.parametrize("row", [0, 1, [0, 1]], ids=["first", "second", "all"])
def test_missing_values_in_the_example_change_nothing(row):
    gaps = FULL.copy()
    gaps.loc[row, "distance"] = np.nan
    gaps.loc[row, "carrier"] = None

    assert signature_of_rows(gaps, NUMBERS) == signature_of_rows(FULL, NUMBERS)


def test_numbers_are_double_the_rest_is_text_and_all_are_required():
    found = signature_of_rows(FULL, NUMBERS).inputs.inputs

    assert [(each.name, each.type.name, each.required) for each in found] == [
        ("distance", "double", True),
        ("carrier", "string", True),
    ]


def test_predictions_of_a_classifier_are_told_from_numbers():
    outputs = [str(signature_of_rows(FULL, each).outputs.numpy_types()) for each in (NUMBERS, TEXTS)]

    assert len(set(outputs)) == 2

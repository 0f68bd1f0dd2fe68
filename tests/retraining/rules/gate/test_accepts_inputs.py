"""Does a model take what its callers send?"""

import pytest

from retraining.records.version import ModelInput
from retraining.rules.gate.signature_change import misfits

SENT = [ModelInput("x", "double"), ModelInput("n", "integer"), ModelInput("place", "string")]


@pytest.mark.parametrize(
    "takes",
    [
        [ModelInput("x", "double")],
        [ModelInput("place", "string"), ModelInput("x", "double")],
        [ModelInput("n", "long")],
        [ModelInput("x", "double"), ModelInput("more", "double", required=False)],
    ],
    ids=["fewer columns", "another order", "wider type", "optional column"],
)
def test_a_model_takes_what_its_columns_are_among(takes):
    assert misfits(takes, SENT) == []


@pytest.mark.parametrize(
    ("takes", "wrong"),
    [
        (ModelInput("z", "double"), "column `z` is not sent"),
        (ModelInput("x", "string"), "column `x` is sent as double, expected string"),
        (ModelInput("x", "integer"), "column `x` is sent as double, expected integer"),
        (ModelInput("place", "long", required=False), "column `place` is sent as string, expected long"),
    ],
)
def test_a_missing_column_and_one_of_another_type_are_named(takes, wrong):
    assert misfits([takes], SENT) == [wrong]

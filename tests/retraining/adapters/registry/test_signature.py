"""What a version says it takes and gives does not depend on which rows happened to be its example."""

import numpy as np
import pandas as pd
import pytest
from mlflow.models.utils import _enforce_schema
from sklearn.dummy import DummyClassifier, DummyRegressor

from retraining.adapters.registry.signature import features_as_metadata, signature_of_model
from served_model.column_values import Feature
from served_model.served_model import ServedModel

FEATURES = (Feature("distance", "int", True), Feature("carrier", "string", False))
FULL = pd.DataFrame({"distance": [100.0, 200.0], "carrier": ["UA", "B6"]})
NUMBERS = ServedModel(DummyRegressor().fit(FULL, [1.0, 2.0]), FEATURES, None)


def classifier(label_type, *classes):
    return ServedModel(DummyClassifier(strategy="prior").fit(FULL, list(classes)), FEATURES, label_type)


@pytest.mark.parametrize("row", [0, 1, [0, 1]], ids=["first", "second", "all"])
def test_missing_values_in_the_example_change_nothing(row):
    gaps = FULL.copy()
    gaps.loc[row, "distance"] = np.nan
    gaps.loc[row, "carrier"] = None

    assert signature_of_model(NUMBERS, gaps) == signature_of_model(NUMBERS, FULL)


@pytest.mark.parametrize(
    "sent",
    [
        {"distance": [1, 2], "carrier": ["UA", None]},
        {"distance": [1.5, None], "carrier": [None, None]},
        {"distance": [True, False], "carrier": [np.nan, np.nan]},
    ],
    ids=["whole", "gaps", "no text"],
)
def test_whatever_pandas_makes_of_a_column_is_taken(sent):
    rows = pd.DataFrame(sent)

    assert len(_enforce_schema(rows, signature_of_model(NUMBERS, FULL).inputs)) == 2


def test_every_column_must_be_sent():
    with pytest.raises(Exception, match="carrier"):
        _enforce_schema(FULL[["distance"]], signature_of_model(NUMBERS, FULL).inputs)


@pytest.mark.parametrize(
    ("label_type", "classes", "type_name"),
    [("boolean", ("true", "false"), "boolean"), ("int", ("0", "1"), "long"), ("string", ("a", "b"), "string")],
)
def test_a_classifier_gives_its_class_in_the_type_of_the_label(label_type, classes, type_name):
    outputs = signature_of_model(classifier(label_type, *classes), FULL).outputs

    assert outputs.input_names()[0] == "prediction"
    assert outputs.inputs[0].type.name == type_name
    assert {column.type.name for column in outputs.inputs[1:]} == {"double"}


def test_the_types_of_the_source_are_kept_beside_the_signature():
    assert features_as_metadata(FEATURES) == {
        "features": [
            {"name": "distance", "type": "int", "is_numeric": True},
            {"name": "carrier", "type": "string", "is_numeric": False},
        ]
    }

"""A fitted estimator that takes and returns values in the types of the data.

Estimators learn numbers as doubles and categories as text. Callers have whole numbers, booleans and dates, as pandas
reads them from the same file. This class stands between them. Its name and its attributes are part of every version's
pickle: rename none of them, and give an attribute that you add a default.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from served_model.column_values import Feature, as_category, as_number, label_values

PREDICTION = "prediction"
"""Column of a classifier's answers that holds the class."""
PROBABILITY = "probability_"
"""What the columns with the probability of each class begin with."""


@dataclass(frozen=True)
class ServedModel:
    """The model that MLflow loads: `mlflow.pyfunc.load_model("models:/<name>@champion").predict(rows)`."""

    estimator: Any
    """Fitted on doubles and texts."""
    features: tuple[Feature, ...]
    """Its columns, in their order."""
    label_type: str | None
    """The label's type in the source, as Spark SQL writes it; None for a model that predicts numbers."""

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """The columns that it takes, as scikit-learn names them."""
        return np.array([feature.name for feature in self.features], dtype=object)

    def as_fitted(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows as the estimator learned such rows: its columns in its order, numbers as doubles, categories as
        text. Raises ValueError for a column that is missing, or that holds other things than numbers."""
        missing = [feature.name for feature in self.features if feature.name not in rows.columns]
        if missing:
            raise ValueError(
                f"columns {', '.join(missing)} are missing. The model takes {', '.join(self.feature_names_in_)}."
            )
        values = {
            feature.name: as_number(rows[feature.name]) if feature.is_numeric else as_category(rows, feature)
            for feature in self.features
        }
        return pd.DataFrame(values, index=rows.index)

    def in_type_of_label(self, predicted: Any) -> NDArray[Any]:
        """What the estimator predicted, as callers get it: doubles, or classes in the type of the label."""
        if self.label_type is None:
            return np.asarray(predicted, dtype=np.float64)
        return label_values(np.asarray(predicted), self.label_type)

    def predict(self, rows: pd.DataFrame) -> Any:
        """Numbers, shape (rows,); of a classifier a table with the class in `prediction`, in the label's own type, and
        `probability_<class>` for each class, where the estimator has probabilities."""
        features = self.as_fitted(rows)
        predicted = self.in_type_of_label(self.estimator.predict(features))
        if self.label_type is None:
            return predicted

        answers = pd.DataFrame({PREDICTION: predicted}, index=rows.index)
        if hasattr(self.estimator, "predict_proba"):
            probabilities = np.asarray(self.estimator.predict_proba(features), dtype=np.float64)
            for place, name in enumerate(self.estimator.classes_):
                answers[f"{PROBABILITY}{name}"] = probabilities[:, place]
        return answers

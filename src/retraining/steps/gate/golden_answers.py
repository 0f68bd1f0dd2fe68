"""What an estimator says of the rows whose answers are known."""

from typing import Any

import pandas as pd

from retraining.spec.model_spec import ModelSpec


def golden_answers(spec: ModelSpec, estimator: Any) -> list[float | str]:
    """An answer for each of the spec's golden rows."""
    rows, columns = spec.gate.golden_rows, spec.columns
    if not rows:
        return []
    given = pd.DataFrame([dict(row.features) for row in rows], columns=list(columns.features))
    frame = given.astype(dict.fromkeys(columns.numeric, "float64") | dict.fromkeys(columns.categorical, "object"))
    answers = estimator.predict(frame)
    return [float(each) if spec.kind == "regression" else str(each) for each in answers]

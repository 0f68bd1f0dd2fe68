"""Run by fresh_process.py, by its path: answers requests with a model's files, as a server would.

Reads JSON from its standard input: [model folder, requests.parquet, answers.json].
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.pyfunc import PyFuncModel, load_model

WARM_UP = 3


def main(folder: str, asked: str, answered: str) -> None:
    """Writes all predictions, and the milliseconds of each request alone."""
    model = load_model(folder)
    requests = pd.read_parquet(asked)
    predictions = _predictions(model.predict(requests)) if len(requests) else np.zeros(0)
    alone = [requests.iloc[place : place + 1] for place in range(len(requests))]
    for request in alone[:WARM_UP]:
        model.predict(request)
    milliseconds = [_milliseconds(model, request) for request in alone]
    Path(answered).write_text(json.dumps({"predictions": predictions.tolist(), "milliseconds": milliseconds}))


def _predictions(answers: Any) -> "np.ndarray[Any, Any]":
    """A classifier of this product answers a table, with its probabilities."""
    is_table = isinstance(answers, pd.DataFrame) and "prediction" in answers
    return np.asarray(answers["prediction"] if is_table else answers)


def _milliseconds(model: PyFuncModel, request: pd.DataFrame) -> float:
    started = time.perf_counter()
    model.predict(request)
    return (time.perf_counter() - started) * 1_000


if __name__ == "__main__":
    question = sys.stdin.read()
    if question:  # empty: the process that started this one has ended
        main(*json.loads(question))

"""Run by fresh_process.py, by its path: answers requests with a model's files, as a server would.

python -I answer_requests.py <model folder> <requests.parquet> <answers.json>
"""

import json
import sys
import time
from pathlib import Path

import mlflow.pyfunc
import numpy as np
import pandas as pd

WARM_UP = 3


def main(folder: str, asked: str, answered: str) -> None:
    """Writes all predictions, and the milliseconds of each request alone."""
    model, requests = mlflow.pyfunc.load_model(folder), pd.read_parquet(asked)
    predictions = np.asarray(model.predict(requests)) if len(requests) else np.zeros(0)
    milliseconds = []
    for place in [0] * min(WARM_UP, len(requests)) + list(range(len(requests))):
        started = time.perf_counter()
        model.predict(requests.iloc[place : place + 1])
        milliseconds.append((time.perf_counter() - started) * 1_000)
    kept = milliseconds[min(WARM_UP, len(requests)) :]
    Path(answered).write_text(json.dumps({"predictions": predictions.tolist(), "milliseconds": kept}))


if __name__ == "__main__":
    main(*sys.argv[1:])

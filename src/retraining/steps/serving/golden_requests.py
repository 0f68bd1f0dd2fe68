"""Rows of which it is known what a version answers: those of its input example, and what its checked files say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retraining.adapters.registry.registry import load_files
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.context import Context
from retraining.errors import ServingError
from retraining.records.serving import GoldenRequests
from retraining.records.version import Manifest
from retraining.steps.dataset.load_version import manifest_of_version
from served_model.served_model import PREDICTION

_EXAMPLE = "input_example.json"


def golden_requests(context: Context, version: str) -> GoldenRequests:
    """Of a registered version. Raises TamperedModelError where its files are not those of its manifest, and
    ServingError where it has no example."""
    manifest = manifest_of_version(read_rows(context.tables, Manifest, context.model), context.model, version)
    with context.registry.checked_files(context.model, version, str(manifest.digest), manifest.files) as files:
        rows = _example(files, context.model, version)
        answers = load_files(files).predict(pd.DataFrame(rows))
    values = answers[PREDICTION] if isinstance(answers, pd.DataFrame) and PREDICTION in answers else answers
    return GoldenRequests(tuple(rows), tuple(np.asarray(values).tolist()))


def _example(files: Path, model: str, version: str) -> list[dict[str, Any]]:
    """As a caller would send them."""
    file = files / _EXAMPLE
    example = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if not {"columns", "data"} <= set(example) or not example["data"]:
        raise ServingError(
            f"{model} version {version} has no input example that names columns, so nothing shows that an endpoint "
            f"answers as the version does. Register it with `input_example`, a table of a few rows, and adopt that."
        )
    return [dict(zip(example["columns"], row, strict=True)) for row in example["data"]]

"""Whether a request has the columns that a version takes: said before the model is asked, by the column's name."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHAPES = ("dataframe_split", "dataframe_records", "inputs", "instances")
"""What a request holds, one of them."""
_SHOWN = 20


@dataclass(frozen=True)
class Input:
    """A column that a version takes, as its signature has it."""

    name: str
    type: str
    required: bool


class RequestError(ValueError):
    """The request cannot be answered; the message says which column or key is wrong, and what was expected."""


def read_inputs(signature: Mapping[str, Any]) -> tuple[Input, ...]:
    """The named columns of a signature; none where it names none."""
    return tuple(
        Input(str(each["name"]), str(each.get("type", "any")), bool(each.get("required", True)))
        for each in signature["inputs"]
    )


def check_request(body: bytes, inputs: Sequence[Input]) -> None:
    """Raises RequestError where the body is not a request, is empty, or lacks a column. More columns than the model
    takes are left out by the model, as on Databricks."""
    sent = _read(body)
    shape = next((each for each in SHAPES if each in sent), None)
    if shape is None:
        found = ", ".join(f"`{each}`" for each in list(sent)[:_SHOWN]) or "nothing"
        raise RequestError(f"The request has {found}. Expected one of {', '.join(SHAPES)}.")
    columns = _columns(shape, sent[shape])
    if columns is not None and inputs:
        _check_columns(columns, inputs)


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        sent = json.loads(body)
    except ValueError as err:
        raise RequestError(f"The body is not JSON: {err}.") from err
    if not isinstance(sent, dict):
        raise RequestError(f"The body is a JSON {type(sent).__name__}. Expected an object with one of {SHAPES[0]}, ...")
    return sent


def _columns(shape: str, value: Any) -> Sequence[str] | None:
    """The names that every row has; None where the shape names none, which the model then judges."""
    if shape == "dataframe_split":
        return _columns_of_split(value)
    if shape == "dataframe_records":
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            raise RequestError("dataframe_records: expected a list of at least one object, each of them a row.")
        first = value[0].keys()
        return [name for name in first if all(name in row for row in value)]
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return [name for name in value[0] if all(name in row for row in value)]
    if not value:
        raise RequestError(f"{shape}: it holds no row.")
    return None


def _columns_of_split(value: Any) -> Sequence[str]:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list) or "columns" not in value:
        raise RequestError("dataframe_split: expected an object with `columns` and `data`.")
    columns = value["columns"]
    wrong = next((place for place, row in enumerate(value["data"]) if len(row) != len(columns)), None)
    if wrong is not None:
        raise RequestError(
            f"dataframe_split: row {wrong} has {len(value['data'][wrong])} values for {len(columns)} columns."
        )
    if not value["data"]:
        raise RequestError("dataframe_split: it holds no row.")
    return [str(each) for each in columns]


def _check_columns(columns: Sequence[str], inputs: Sequence[Input]) -> None:
    missing = [each.name for each in inputs if each.required and each.name not in columns]
    if not missing:
        return
    taken = {each.name for each in inputs}
    extra = [name for name in columns if name not in taken]
    guesses = {name: difflib.get_close_matches(name, extra, n=1) for name in missing}
    said = [
        f"`{name}`" + (f" (there is `{close[0]}`)" if (close := guesses[name]) else "") for name in missing[:_SHOWN]
    ]
    plural = "column is" if len(missing) == 1 else "columns are"
    takes = ", ".join(each.name for each in inputs[:_SHOWN])
    raise RequestError(f"The {plural} missing in at least one row: {', '.join(said)}. The model takes {takes}.")

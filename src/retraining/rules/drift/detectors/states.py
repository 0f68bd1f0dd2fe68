"""Detectors as JSON text: a pickle would be bound to a version of Python and unsafe to read from a shared table."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any, get_args

from retraining.rules.drift.detectors.adwin import ADWIN, MOST_BUCKETS
from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.eddm import EDDM
from retraining.rules.drift.detectors.level import Level
from retraining.rules.drift.detectors.page_hinkley import PageHinkley

Detector = DDM | EDDM | ADWIN | PageHinkley
DETECTORS: Mapping[str, type[Detector]] = MappingProxyType(
    {"DDM": DDM, "EDDM": EDDM, "ADWIN": ADWIN, "PageHinkley": PageHinkley}
)
VERSION = 1
"""Goes up when a formula or a field changes: a state of another version is not continued."""


def to_json(detector: Detector) -> str:
    """The complete state. Raises ValueError for a number that JSON does not have."""
    said = {"algorithm": type(detector).__name__, "algorithm_version": VERSION, **asdict(detector)}
    return json.dumps(said, sort_keys=True, allow_nan=False)


def from_json(text: str) -> Detector:
    """The detector as it was. Raises ValueError for text that is not a JSON object, for another algorithm or version,
    for a field too few or too many, and for a field that holds something else than it should."""
    said = _read(text)
    name = said.pop("algorithm", None)
    version = said.pop("algorithm_version", None)
    kind = DETECTORS.get(str(name))
    if kind is None or type(version) is not int or version != VERSION:
        raise ValueError(
            f"detector state of {name} version {version!r}; expected version {VERSION} of {', '.join(DETECTORS)}"
        )
    _check_fields(kind, said)
    if kind is ADWIN:
        said["rows"] = [[(total, squares) for total, squares in row] for row in said["rows"]]
    return kind(**said)


def _read(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise ValueError(f"a detector state is a JSON object, found {text[:40]!r}: {error}") from error
    if not isinstance(said, dict):
        raise ValueError(f"a detector state is a JSON object, found {text[:40]!r}")
    return said


def _check_fields(kind: type[Detector], said: dict[str, Any]) -> None:
    wanted = {each.name: each.type for each in fields(kind)}
    if set(said) != set(wanted):
        raise ValueError(f"detector state of {kind.__name__} with fields {sorted(said)}; expected {sorted(wanted)}")
    for name, expected in wanted.items():
        if not _fits(said[name], expected):
            type_ = expected.__name__ if isinstance(expected, type) else str(expected)
            raise ValueError(f"detector state of {kind.__name__} with {name} {said[name]!r}; expected {type_}")


def _fits(value: Any, expected: Any) -> bool:
    """Whether a field's value is a count, a number, a level, or buckets, as its type says."""
    if expected is float:
        return _is_number(value)
    if expected == Level:
        return value in get_args(Level)
    if expected in (int, int | None):
        return (type(value) is int and value >= 0) or (value is None and expected is not int)
    return isinstance(value, list) and bool(value) and all(map(_is_row, value))


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and len(row) <= MOST_BUCKETS and all(map(_is_bucket, row))


def _is_bucket(bucket: Any) -> bool:
    return isinstance(bucket, list) and len(bucket) == 2 and all(map(_is_number, bucket))


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= sys.float_info.max  # NaN is not

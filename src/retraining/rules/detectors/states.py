"""Detectors as JSON text: a pickle would be bound to a version of Python and unsafe to read from a shared table."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any

from retraining.rules.detectors.adwin import ADWIN
from retraining.rules.detectors.ddm import DDM
from retraining.rules.detectors.eddm import EDDM
from retraining.rules.detectors.page_hinkley import PageHinkley

Detector = DDM | EDDM | ADWIN | PageHinkley
DETECTORS: Mapping[str, type[Detector]] = MappingProxyType(
    {"DDM": DDM, "EDDM": EDDM, "ADWIN": ADWIN, "PageHinkley": PageHinkley}
)
VERSION = 1
"""Goes up when a formula or a field changes: a state of another version is not continued."""


def to_json(detector: Detector) -> str:
    """The complete state."""
    said = {"algorithm": type(detector).__name__, "algorithm_version": VERSION, **asdict(detector)}
    return json.dumps(said, sort_keys=True)


def from_json(text: str) -> Detector:
    """The detector as it was. Raises ValueError for another algorithm or version, and for a field too few or too
    many."""
    said: dict[str, Any] = json.loads(text)
    name, version = said.pop("algorithm", None), said.pop("algorithm_version", None)
    if name not in DETECTORS or version != VERSION:
        raise ValueError(
            f"detector state of {name} version {version}; expected version {VERSION} of {', '.join(DETECTORS)}"
        )
    kind = DETECTORS[name]
    wanted = {each.name for each in fields(kind)}
    if set(said) != wanted:
        raise ValueError(f"detector state of {name} with fields {sorted(said)}; expected {sorted(wanted)}")
    if kind is ADWIN:
        said["rows"] = [[(total, squares) for total, squares in row] for row in said["rows"]]
    return kind(**said)

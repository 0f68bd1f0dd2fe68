"""The seeds of an estimator."""

from typing import Any


def seeds_of(estimator: Any) -> str:
    """Every `random_state` of an estimator and its parts, in order and without repetition: "0", "0 7". "not set" stands
    for one that is None; "none" where no part has any."""
    found = [value for name, value in estimator.get_params(deep=True).items() if name.endswith("random_state")]
    said = sorted({"not set" if value is None else str(value) for value in found})
    return " ".join(said) or "none"

"""Can a classifier tell new rows from reference rows?"""

from dataclasses import dataclass

from retraining.records.drift_metric import DriftVerdict


@dataclass(frozen=True)
class DomainVerdict:
    """auc: area under the curve on rows that the classifier had not seen, 0.5 is guessing; bound: what it reaches by
    chance. Both are None without enough data. columns: (name, importance), worst first, the importance being the area
    that is lost when the column's values are shuffled (near 0, of either sign, where it does not matter). reason: a
    sentence with the numbers."""

    auc: float | None
    bound: float | None
    verdict: DriftVerdict
    columns: tuple[tuple[str, float], ...]
    reason: str

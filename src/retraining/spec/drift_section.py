"""When a batch differs from what the champion was trained on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from retraining.spec.section import Section

NumericMeasure = Literal[
    "wasserstein", "jensen_shannon", "population_stability_index", "kolmogorov_smirnov", "total_variation"
]
CategoricalMeasure = Literal["jensen_shannon", "population_stability_index", "total_variation", "l_infinity"]
Measure = NumericMeasure | CategoricalMeasure
DetectorName = Literal["ADWIN", "DDM", "EDDM", "PageHinkley"]
Weight = Annotated[float, Field(ge=0, lt=float("inf"))]
Weights = Annotated[Mapping[str, Weight], AfterValidator(MappingProxyType), PlainSerializer(dict)]


class WindowsSection(Section):
    """Drift persists when at least `at_least` of the newest `within` batches drifted, the newest among them."""

    within: int = Field(default=3, ge=1, le=100)
    """How many of the newest batches are looked at."""
    at_least: int = Field(default=2, ge=1)
    """How many of them must have drifted."""

    @model_validator(mode="after")
    def _can_be_met(self) -> "WindowsSection":
        if self.at_least > self.within:
            raise ValueError(f"at_least {self.at_least} is greater than within {self.within}, so it is never met")
        return self


class NumericDrift(Section):
    """How a numeric column is judged. wasserstein is in standard deviations of the reference."""

    measure: NumericMeasure = "wasserstein"
    """The distance that decides."""
    threshold: float = Field(default=0.1, gt=0)
    """A column whose distance is above this, and above the noise floor, has drifted."""


class CategoricalDrift(Section):
    """How a categorical column is judged. jensen_shannon is the distance in bits."""

    measure: CategoricalMeasure = "jensen_shannon"
    """The distance that decides."""
    threshold: float = Field(default=0.1, gt=0)
    """A column whose distance is above this, and above the noise floor, has drifted."""


class DriftSection(Section):
    """Thresholds of the comparison with the champion's training rows. A distance below the noise of the training
    rows themselves is never drift, whatever the threshold."""

    numeric: NumericDrift = NumericDrift()
    """For numeric columns."""
    categorical: CategoricalDrift = CategoricalDrift()
    """For categorical columns."""
    min_rows: int = Field(default=200, ge=1)
    """Fewer rows than this, in the batch or in the reference, are not enough data for a verdict."""
    max_drifted_share: float = Field(default=0.2, gt=0, le=1)
    """A batch has drifted if its prediction drifted, or if the drifted feature columns carry at least this share of the
    weight of all feature columns, with or without enough data."""
    weights: Weights = Field(default_factory=dict, validate_default=True)
    """How much a column counts in that share. Default: 1."""
    windows: WindowsSection = WindowsSection()
    """For drift that goes on."""
    detectors: tuple[DetectorName, ...] = ("ADWIN", "DDM", "EDDM", "PageHinkley")
    """Sequential detectors that read the champion's errors as labels arrive. Empty: none."""
    detectors_agree: int = Field(default=2, ge=1)
    """How many of them must raise an alarm before people are notified; the mean loss over days must also be shown to
    have risen."""
    domain_classifier: bool | None = None
    """Whether a classifier also tries to distinguish a sample of the batch from a sample of the training rows. It finds
    changes in how columns go together, which no distance of a column shows, and takes some seconds a run. Default: used
    with at most 50 feature columns."""

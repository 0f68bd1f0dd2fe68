"""When a batch differs from what the champion was trained on."""

from pydantic import Field, model_validator

from retraining.spec.section import Section


class WindowsSection(Section):
    """Drift persists when at least `at_least` of the newest `within` batches drifted, the newest among them."""

    within: int = Field(default=3, ge=1, le=100)
    at_least: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _can_be_met(self) -> "WindowsSection":
        if self.at_least > self.within:
            raise ValueError(f"at_least {self.at_least} is greater than within {self.within}, so it is never met")
        return self


class DriftSection(Section):
    """Thresholds of the comparison with the champion's training rows."""

    max_psi: float = Field(default=0.2, gt=0)
    """Population stability index, in nats, above which a column has drifted. Small samples need more."""
    min_rows: int = Field(default=200, ge=1)
    """Fewer rows than this, in the batch or in the reference, are not enough data for a verdict."""
    min_share: float = Field(default=0.2, gt=0, le=1)
    """Share of the feature columns with a verdict that must have drifted for the batch to count as drifted. A drifted
    prediction is enough on its own."""
    windows: WindowsSection = WindowsSection()

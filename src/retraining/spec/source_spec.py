"""A source that several models share, as its YAML file in specs/sources describes it."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from retraining.spec.labels_section import LabelsSection
from retraining.spec.quality_section import QualitySection
from retraining.spec.section import Section
from retraining.spec.source_section import SourceSection


class SourceSpec(Section):
    """Everything that decides which rows a source's ingestion stores, and in what state. Models that name the source
    cannot disagree on it."""

    source: SourceSection
    """The file's name is the source's name."""
    quality: QualitySection = Field(default_factory=QualitySection)
    """As `quality` of a model."""
    label_delay: Literal[0] | None = None
    """As `columns.label_delay` of a model."""
    labels: LabelsSection | None = None
    """As `columns.labels` of a model."""

    @model_validator(mode="after")
    def _labels_fit_the_rows(self) -> "SourceSpec":
        if self.labels is not None:
            self.labels.check_delay(self.label_delay)
            self.labels.check_keys(self.source.keys, "labels")
        return self

    def keys_for_model(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The keys of a model's spec that this file answers; columns is that model's own section."""
        shared = {"label_delay": self.label_delay, "labels": self.labels}
        return {"source": self.source, "quality": self.quality, "columns": {**columns, **shared}}

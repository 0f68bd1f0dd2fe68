"""What the model learns from."""

from typing import Literal

from pydantic import ValidationInfo, model_validator

from retraining.spec.forecast_section import FORECAST_KIND
from retraining.spec.labels_section import LabelsSection
from retraining.spec.section import ColumnName, Section


class ColumnsSection(Section):
    """Features and label."""

    label: ColumnName
    """The column that the model predicts."""
    numeric: tuple[ColumnName, ...] = ()
    """Features that are numbers."""
    categorical: tuple[ColumnName, ...] = ()
    """Features whose values are names."""
    label_delay: Literal[0] | None = None
    """0: the label arrives with its row, so a row without one is quarantined as `label_missing`. Without it, labels may
    come later."""
    slices: tuple[ColumnName, ...] = ()
    """Columns, features or not, whose values split the rows into the groups that the gate checks for harm."""
    labels: LabelsSection | None = None
    """Where labels have their own table: they fill the column `label`, which the source must then not have."""

    @property
    def joined(self) -> tuple[str, ...]:
        """Columns of the observations that the source does not have: the label, where labels have their own table."""
        return (self.label,) if self.labels else ()

    @property
    def features(self) -> tuple[str, ...]:
        """Numeric, then categorical columns: the order in which every model sees them."""
        return self.numeric + self.categorical

    @model_validator(mode="after")
    def _learns_from_something(self, info: ValidationInfo) -> "ColumnsSection":
        if not self.features and (info.context or {}).get("kind") != FORECAST_KIND:
            raise ValueError("names no feature. List columns under numeric, categorical or both")
        return self

    @model_validator(mode="after")
    def _each_column_once(self) -> "ColumnsSection":
        named = [name.lower() for name in (*self.features, self.label)]  # Spark does not heed upper case
        twice = sorted({name for name in (*self.features, self.label) if named.count(name.lower()) > 1})
        if twice:
            raise ValueError(f"named more than once among numeric, categorical and label: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _labels_of_another_table_may_be_late(self) -> "ColumnsSection":
        if self.labels is not None:
            self.labels.check_delay(self.label_delay)
        return self

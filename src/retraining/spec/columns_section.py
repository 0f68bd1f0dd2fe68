"""What the model learns from."""

from typing import Literal

from pydantic import Field, model_validator

from retraining.spec.section import ColumnName, Section


class ColumnsSection(Section):
    """Features and label."""

    label: ColumnName
    numeric: tuple[ColumnName, ...] = Field(min_length=1)
    categorical: tuple[ColumnName, ...] = ()
    label_delay: Literal[0] | None = None
    """0: the label arrives with its row, so a row without one is quarantined as `label_missing`. None: labels may come
    later."""

    @property
    def features(self) -> tuple[str, ...]:
        """Numeric, then categorical columns: the order in which every model sees them."""
        return self.numeric + self.categorical

    @model_validator(mode="after")
    def _each_column_once(self) -> "ColumnsSection":
        named = [*self.features, self.label]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"named more than once among numeric, categorical and label: {', '.join(twice)}")
        return self

"""Which rows are fit for use. A row that breaks a rule is quarantined with the rule's name, never dropped."""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, StrictInt, StrictStr, model_validator

from retraining.spec.section import ColumnName, Section


class NotNull(Section):
    """The column holds a value (NaN counts as missing)."""

    rule: Literal["not_null"]
    column: ColumnName


class InRange(Section):
    """The column is null, or lies between min and max (both included)."""

    rule: Literal["in_range"]
    column: ColumnName
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> "InRange":
        if self.min is None and self.max is None:
            raise ValueError("in_range needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"in_range: min {self.min} is greater than max {self.max}")
        return self


class InSet(Section):
    """The column is null, or one of the values."""

    rule: Literal["in_set"]
    column: ColumnName
    values: tuple[StrictStr | StrictInt, ...] = Field(min_length=1)
    """Texts and whole numbers. A YAML truth value (an unquoted no, yes, on, off) is refused: quote it."""


RULES: dict[str, type[Section]] = {"not_null": NotNull, "in_range": InRange, "in_set": InSet}

Rule = Annotated[NotNull | InRange | InSet, Field(discriminator="rule")]


class QualitySection(Section):
    """Row rules, applied in one pass."""

    rules: tuple[Rule, ...] = ()

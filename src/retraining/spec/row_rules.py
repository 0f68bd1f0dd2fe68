"""The rules that rows are checked against: one class a rule. Only not_null is about missing values; for all others null
is fine."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, FiniteFloat, StrictInt, StrictStr, model_validator

from retraining.spec.conditions.expressions import check_condition, check_expression
from retraining.spec.conditions.parse import parse_condition
from retraining.spec.conditions.tree import Part, columns_of
from retraining.spec.section import ColumnName, Length, Name, Section, TableName

Severity = Literal["quarantine", "warn", "fail"]


class _Rule(Section):
    """What all rules may say."""

    rule: str
    """Name of the rule."""
    name: Name | None = None
    """Shown in the reasons of a row. Default: the column and the rule."""
    severity: Severity = "quarantine"
    """quarantine: the row is kept out. fail: it is kept out and its batch held. warn: it is accepted and counted."""

    @property
    def columns_read(self) -> tuple[str, ...]:
        """The source columns that the rule names."""
        return ()

    @property
    def title(self) -> str:
        """The name, given or by default."""
        return self.name or "_".join([*self.columns_read, self.rule])

    @property
    def unanswered(self) -> str:
        """The reason of a row on which the rule has no answer."""
        return f"{self.title}: could not be answered"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that a row can be refused for by this rule."""
        return (self.title, self.unanswered)


class _ColumnRule(_Rule):
    column: ColumnName
    """The column that is checked."""

    @property
    def columns_read(self) -> tuple[str, ...]:
        """The one column."""
        return (self.column,)


class NotNull(_ColumnRule):
    """The column holds a value (NaN counts as missing)."""

    rule: Literal["not_null"]


class NotBlank(_ColumnRule):
    """The text holds more than white space."""

    rule: Literal["not_blank"]


class IsFinite(_ColumnRule):
    """The value is a number, neither NaN nor infinite."""

    rule: Literal["is_finite"]


class InRange(_ColumnRule):
    """The value is a number between min and max, both included."""

    rule: Literal["in_range"]
    min: FiniteFloat | None = None
    """Smallest value that is fine."""
    max: FiniteFloat | None = None
    """Greatest value that is fine."""

    @model_validator(mode="after")
    def _has_a_bound(self) -> "InRange":
        if self.min is None and self.max is None:
            raise ValueError("in_range needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"in_range: min {self.min} is greater than max {self.max}")
        return self


class InSet(_ColumnRule):
    """The value is one of the values."""

    rule: Literal["in_set"]
    values: tuple[StrictStr | StrictInt, ...] = Field(min_length=1)
    """Texts and whole numbers. A YAML truth value (an unquoted no, yes, on, off) is refused: quote it."""


class Matches(_ColumnRule):
    """The whole text fits a regular expression. A text of more than 500 characters does not fit."""

    rule: Literal["matches"]
    pattern: Annotated[StrictStr, AfterValidator(check_expression)]
    """A regular expression of Java, as Spark reads it."""


class MaxLength(_ColumnRule):
    """The text has at most `max` characters."""

    rule: Literal["max_length"]
    max: Annotated[StrictInt, Field(gt=0)]
    """Most characters that are fine."""


class Fresh(_ColumnRule):
    """The time is at most `within` behind the run's as_of. A date counts from its midnight."""

    rule: Literal["fresh"]
    within: Length
    """The longest that a value may be behind."""


class Unique(_Rule):
    """No row of another key has the same values in these columns: neither a row of the batch, nor an accepted current
    row.

    A row whose columns are not all there is fine, and rows that another rule quarantines are not compared. A key that
    holds the values already keeps them; of newcomers in one batch that say the same all are at fault. A value that
    moves from one key to another within one batch is still taken.
    """

    rule: Literal["unique"]
    columns: tuple[ColumnName, ...] = Field(min_length=1)
    """Columns that are compared together."""

    @property
    def columns_read(self) -> tuple[str, ...]:
        """The columns that are compared together."""
        return self.columns


class ForeignKey(_ColumnRule):
    """The value is there in a column of another, small Delta table, read at its newest version when the run starts."""

    rule: Literal["foreign_key"]
    table: TableName
    """The table that holds the known values."""
    table_column: ColumnName | None = None
    """The column that holds them. Default: the column's own name."""

    @property
    def referenced(self) -> str:
        """The other table's column."""
        return self.table_column or self.column


class Sql(_Rule):
    """A condition in Spark SQL holds; where it is null, nothing is broken. A row on which it has no answer, such as a
    division by 0, is treated like one that breaks it."""

    rule: Literal["sql"]
    name: Name
    condition: Annotated[StrictStr, AfterValidator(check_condition)]
    """True for a row that is fine: operators and functions of Spark SQL that only depend on the row."""

    @property
    def tree(self) -> Part:
        """The condition, part by part."""
        return parse_condition(self.condition)

    @property
    def columns_read(self) -> tuple[str, ...]:
        """The columns that the condition names."""
        return columns_of(self.tree)


Rule = Annotated[
    NotNull | NotBlank | IsFinite | InRange | InSet | Matches | MaxLength | Fresh | Unique | ForeignKey | Sql,
    Field(discriminator="rule"),
]

RULES: dict[str, type[Section]] = {
    get_args(each.model_fields["rule"].annotation)[0]: each for each in get_args(get_args(Rule)[0])
}
"""By the name a spec calls it."""

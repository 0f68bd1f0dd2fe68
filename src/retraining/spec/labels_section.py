"""Labels that come from a table of their own."""

from typing import Annotated

from pydantic import Field, StrictInt

from retraining.spec.section import ColumnName, Length, Section, TableName


class LabelsSection(Section):
    """A Delta table that says one label a row, ingested with its own watermark. The newest label of a key counts."""

    table: TableName
    keys: tuple[ColumnName, ...] | None = Field(None, min_length=1)
    """Columns that name the entity, in the order of source.keys. Default: the same names."""
    column: ColumnName
    """The column that holds the label."""
    ledger_column: ColumnName
    """Grows with every new or corrected label: timestamp, date, integer or decimal."""
    lookback: Annotated[StrictInt, Field(gt=0)] | Length | None = None
    """How far below the watermark every run reads again, for labels that come late."""

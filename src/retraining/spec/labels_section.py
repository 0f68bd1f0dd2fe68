"""Labels that have their own table."""

from typing import Annotated

from pydantic import Field, StrictInt

from retraining.spec.section import ColumnName, Length, Section, TableName


class LabelsSection(Section):
    """A Delta table that says one label a row, ingested with its own watermark. The newest label of a key counts."""

    table: TableName
    """The Delta table that holds the labels."""
    keys: tuple[ColumnName, ...] | None = Field(None, min_length=1)
    """Columns that name the entity, in the order of source.keys. Default: the same names."""
    column: ColumnName
    """The column that holds the label."""
    ledger_column: ColumnName
    """Grows with every new or corrected label: timestamp, date, integer or decimal."""
    lookback: Annotated[StrictInt, Field(gt=0)] | Length | None = None
    """How far below the watermark every run reads again, for labels that come late."""

    def check_delay(self, label_delay: int | None) -> None:
        """Raises ValueError for a label_delay that contradicts a table of labels."""
        if label_delay == 0:
            raise ValueError(
                "label_delay: 0 says that labels come with their rows, `labels` says that they do not. Remove one"
            )

    def check_keys(self, of_rows: tuple[str, ...], section: str) -> None:
        """Raises ValueError unless labels and rows name the same entities. section: where this one is in the YAML."""
        keys = self.keys or of_rows
        if len(keys) != len(of_rows):
            raise ValueError(
                f"{section}.keys names {len(keys)} columns, source.keys {len(of_rows)}. Name one for each of "
                f"{', '.join(of_rows)}, in this order"
            )
        if self.column in (*keys, self.ledger_column):
            raise ValueError(
                f"{section}.column `{self.column}` is a key or the ledger column of the labels. Name the column that "
                f"holds the label"
            )

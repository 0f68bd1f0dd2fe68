"""Where the rows come from."""

from pydantic import Field

from retraining.spec.section import ColumnName, Name, Section, TableName


class SourceSection(Section):
    """A Delta table that is read incrementally by its ledger column."""

    table: TableName
    ledger_column: ColumnName
    """Grows with every new or changed row: timestamp, date, integer or decimal (the white paper's ledger column)."""
    keys: tuple[ColumnName, ...] = Field(min_length=1)
    """Columns that name the entity a row is about."""
    name: Name | None = None
    """Specs that share a source name share one ingestion. Default: the model's name."""

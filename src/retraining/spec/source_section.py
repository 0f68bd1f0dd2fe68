"""Where the rows come from."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictInt

from retraining.spec.section import ColumnName, Length, Name, Section, TableName


def _as_text(value: object) -> object:
    """YAML reads an unquoted date, time or number as such; the ledger reads text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class SourceSection(Section):
    """A Delta table that is read incrementally by its ledger column."""

    table: TableName
    ledger_column: ColumnName
    """Grows with every new or changed row: timestamp, date, integer or decimal (the white paper's ledger column)."""
    keys: tuple[ColumnName, ...] = Field(min_length=1)
    """Columns that name the entity a row is about."""
    name: Name | None = None
    """Specs that share a source name share one ingestion. Default: the model's name."""
    initial_value: Annotated[str, BeforeValidator(_as_text)] | None = None
    """Rows with a smaller ledger value are never read."""
    lookback: Annotated[StrictInt, Field(gt=0)] | Length | None = None
    """How far below the watermark every run reads again, for rows that come late: a length of time, or a number for a
    numeric ledger. What is already stored is not stored twice."""
    new_columns: Literal["ignore", "accept", "fail"] = "ignore"
    """What happens to a column that the source did not have at the first ingestion."""
    settle_delay: Length | None = None
    """How long a row must lie behind the run's clock before it is read, so that writers that commit out of order are
    done."""

"""The one behaviour all sections of a spec share: frozen, and unknown keys are refused."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
TABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}$"
COLUMN_PATTERN = r"^[^_`.\s][^`.]*$"
LENGTH_PATTERN = r"^[1-9][0-9]{0,5} (minutes?|hours?|days?)$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""A model or source name: it becomes part of table and model names."""

TableName = Annotated[str, StringConstraints(pattern=TABLE_PATTERN)]
"""One to three parts; with one part the table lives in the bundle's own schema."""

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=COLUMN_PATTERN)]
"""A source column. A leading underscore is kept for the product's own columns."""

Length = Annotated[str, StringConstraints(pattern=LENGTH_PATTERN)]
"""A length of time: `30 minutes`, `6 hours`, `3 days`."""


def length_of(text: Length) -> timedelta:
    """A length of time as Python counts it."""
    number, unit = text.split()
    return int(number) * timedelta(**{f"{unit.rstrip('s')}s": 1})


class Section(BaseModel):
    """A part of a model spec."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

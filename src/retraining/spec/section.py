"""The one behaviour all sections of a spec share: frozen, and unknown keys are refused."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from retraining.spec.our_columns import is_ours

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
TABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*){0,2}$"
COLUMN_PATTERN = r"^[^`\s][^`]*$"
LENGTH_PATTERN = r"^[1-9][0-9]{0,5} (minutes?|hours?|days?)$"
VERSION_PATTERN = r"^[1-9][0-9]*$"
PERSON_PATTERN = r"^[^\s,]+$"
SECRET_PATTERN = r"^[A-Za-z0-9._-]{1,128}$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""A model or source name: it becomes part of table and model names."""

TableName = Annotated[str, StringConstraints(pattern=TABLE_PATTERN)]
"""One to three parts; with one part the table lives in the bundle's own schema."""


def _is_not_ours(name: str) -> str:
    if is_ours(name):
        raise ValueError(
            f"`{name}` is a name that this product gives to a column itself. Give the column another name at the "
            f"source or in a function of source.prepare"
        )
    return name


ColumnName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=COLUMN_PATTERN),
    AfterValidator(_is_not_ours),
]
"""A source column, by any name but those that the product gives to columns itself, such as `_row_key`."""

Length = Annotated[str, StringConstraints(pattern=LENGTH_PATTERN)]
"""A length of time: `30 minutes`, `6 hours`, `3 days`."""

Person = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=PERSON_PATTERN)]
"""A person as the workspace names its users: most often an e-mail address."""

SecretName = Annotated[str, StringConstraints(pattern=SECRET_PATTERN)]
"""The name of a secret or of its scope."""


def length_of(text: Length) -> timedelta:
    """A length of time as Python counts it."""
    number, unit = text.split()
    return int(number) * timedelta(**{f"{unit.rstrip('s')}s": 1})


class Section(BaseModel):
    """A part of a model spec."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

"""The one behaviour all sections of a spec share: frozen, and unknown keys are refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A model or source name: it becomes part of table and model names."""

TableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}$")]
"""One to three parts; with one part the table lives in the bundle's own schema."""

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^_`.\s][^`.]*$")]
"""A source column. A leading underscore is kept for the product's own columns."""


class Section(BaseModel):
    """A part of a model spec."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

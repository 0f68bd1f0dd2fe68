"""One batch table, as its YAML file in specs/batches describes it."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StringConstraints, model_validator

from retraining.spec.recipe_function import RecipeName
from retraining.spec.section import ColumnName, Length, Name, Section, TableName

CHAMPION = "champion"
OWN_COLUMNS = ("prediction", "probabilities", "model_version", "run_id", "scored_at", "scoring")
"""Columns of every batch table beside its keys."""

CHOICE_PATTERN = r"^(champion|[1-9][0-9]*|[0-9]{4}-[0-9]{2}-[0-9]{2})$"
"""What `version` takes, as text."""


def _as_text(value: object) -> object:
    """YAML reads a number and a date as such."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_a_day(text: str) -> str:
    if re.fullmatch(r"[0-9]{4}-.*", text):
        try:
            date.fromisoformat(text)
        except ValueError as err:
            raise ValueError(
                f"{text!r} is not a day. Write champion, a version such as 3, or a day such as 2013-02-28"
            ) from err
    return text


VersionChoice = Annotated[
    str, BeforeValidator(_as_text), StringConstraints(pattern=CHOICE_PATTERN), AfterValidator(_is_a_day)
]
"""`champion`, the number of a version, or a day."""


def _is_one_query(text: str) -> str:
    query = text.strip().removesuffix(";").rstrip()
    if not re.match(r"(?i)(select|with)\b", query):
        raise ValueError("a query begins with SELECT or WITH. Write one, or name a `table`")
    return query


class BatchSourceSection(Section):
    """The rows that are scored: a table, a view or a query."""

    table: TableName | None = None
    """A table or a view; with one part it is in the bundle's own schema."""
    query: Annotated[str, AfterValidator(_is_one_query)] | None = None
    """Instead of table: a query in SQL. `{schema}` stands for the bundle's schema, with its catalog."""
    keys: tuple[ColumnName, ...] = Field(min_length=1)
    """Columns that name a row. The batch table has them, and one row for each key."""
    ledger_column: ColumnName | None = None
    """Grows with every new or changed row: then a run reads only what is new. Without it every run reads all rows, and
    scores those that are new or changed."""
    lookback: Annotated[StrictInt, Field(gt=0)] | Length | None = None
    """How far below the newest value every run reads again, for rows that come late: a length of time, or a number for
    a numeric ledger."""
    prepare: RecipeName | None = None
    """A function DataFrame -> DataFrame that makes the columns of each row, as source.prepare of the model does."""

    @property
    def origin(self) -> str:
        """The rows, for people."""
        return self.table or "the query of source.query"

    @model_validator(mode="after")
    def _one_place(self) -> "BatchSourceSection":
        if (self.table is None) == (self.query is None):
            raise ValueError("rows come from a `table` or from a `query`. Write one of them")
        if self.lookback is not None and self.ledger_column is None:
            raise ValueError("`lookback` looks back from the newest value of `ledger_column`. Write both, or neither")
        twice = {name.lower() for name in self.keys}
        if len(twice) < len(self.keys):
            raise ValueError("keys names a column more than once. Upper and lower case are the same column")
        if wrong := [name for name in self.keys if name.lower() in OWN_COLUMNS]:
            raise ValueError(
                f"keys names `{wrong[0]}`, a column that every batch table has. Give the key another name in a `query`"
            )
        return self


class BatchSpec(Section):
    """Which rows a model scores, by which of its versions, into the table `<batch>_scores`."""

    batch: Name
    """The name of the batch table in parameters and tables, equal to the file's name without `.yml`."""
    model: Name
    """The model that scores: a file name in specs/."""
    source: BatchSourceSection
    """The rows that are scored."""
    version: VersionChoice = CHAMPION
    """champion: the version that is live. A number: this version. A day: the version that was live at its end, in
    UTC."""
    on_promotion: Literal["keep", "rescore"] = "keep"
    """keep: when another version goes live, it scores the rows that come from then on. rescore: it scores every row
    again."""

    @property
    def file(self) -> str:
        """The YAML file, for people."""
        return f"specs/batches/{self.batch}.yml"

    @property
    def follows_champion(self) -> bool:
        """Whether a promotion changes the version that scores."""
        return self.version == CHAMPION

    @property
    def day(self) -> str | None:
        """The day whose champion scores; None where it names none."""
        return self.version if "-" in self.version else None

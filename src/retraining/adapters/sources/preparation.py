"""The user's function between a source and everything that looks at its rows."""

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from retraining.errors import SourceError
from retraining.rules.ingest.contract import UNTOUCHED
from retraining.spec.recipe_function import RecipeName, file_of


@dataclass(frozen=True)
class Preparation:
    """What `source.prepare` of a model names. kept: columns that this product needs as they are, if the rows have
    them."""

    model: str
    name: RecipeName
    function: Callable[[DataFrame], object]
    kept: tuple[str, ...] = ()

    def __call__(self, raw: DataFrame) -> DataFrame:
        """The prepared rows. Raises SourceError for a function that fails, or that returns anything but rows with
        distinct column names."""
        try:
            made = self.function(raw)
            columns = made.schema if isinstance(made, DataFrame) else None
        except Exception as err:  # whatever the user's function raises
            first, _, _ = str(err).strip().partition("\n")
            raise self._refused(f"failed ({type(err).__name__}: {first[:200]})") from err
        if not isinstance(made, DataFrame) or columns is None:
            raise self._refused(f"returned {type(made).__name__}, expected a DataFrame")
        self._check_columns(raw.schema, columns)
        return made

    def check_rows(self, raw: DataFrame) -> None:
        """Raises SourceError unless the function returns as many rows as it is given: what it left out would be in no
        table, and it would not be noticed. Two passes that read next to no column."""
        given = raw.count()
        returned = self(raw).count()
        if given != returned:
            raise self._refused(
                f"returned {returned:,} rows for {given:,}, expected one for each; rows are left out by quality rules, "
                f"which keep them with a reason"
            )

    def _check_columns(self, before: StructType, after: StructType) -> None:
        names = [each.name.lower() for each in after]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise self._refused(f"returned column `{twice[0]}` more than once, expected it once")
        for each in before:
            if each.name in self.kept and not any(
                each.name == made.name and each.dataType == made.dataType for made in after
            ):
                raise self._refused(
                    f"returned no column `{each.name}` of type {each.dataType.simpleString()}, expected it as it was "
                    f"given, because ingestion reads it"
                )

    def _refused(self, what: str) -> SourceError:
        return SourceError(
            f"{self.model}: source.prepare `{self.name}` {what}. {UNTOUCHED} Correct {file_of(self.name)}."
        )

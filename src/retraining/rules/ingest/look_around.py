"""Rules that look at more than the row itself: `unique` and `foreign_key`. Only they cost a join."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from retraining.rules.ingest.quality import REASONS, WARNINGS, names_of
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.spec.quality_section import QualitySection
from retraining.spec.row_rules import ForeignKey, Rule, Unique

_RIVALS = ["_least", "_greatest", "_first_holder", "_last_holder"]


@dataclass(frozen=True)
class OtherRows:
    """Rows beside the batch. holders: the accepted current rows of earlier batches (None: there are none); referenced:
    by the name of a foreign_key rule, a frame with the one column it refers to."""

    holders: DataFrame | None = None
    referenced: Mapping[str, DataFrame] = field(default_factory=dict)


def look_around(quality: QualitySection, rows: DataFrame, other_rows: OtherRows) -> DataFrame:
    """Rows with reasons and warnings, to which those of unique and foreign_key rules are added."""
    wide = [rule for rule in quality.rules if isinstance(rule, Unique | ForeignKey)]
    if not wide:
        return rows
    flags = {rule.title: f"_broken_{place}" for place, rule in enumerate(wide)}
    for rule in wide:
        flag = flags[rule.title]
        if isinstance(rule, Unique):
            rows = _add_unique(rows, rule, flag, other_rows.holders)
        else:
            rows = _add_foreign_key(rows, rule, flag, other_rows.referenced[rule.title])

    def more(chosen: Sequence[Rule]) -> Column:
        return names_of([(rule.title, F.col(flags[rule.title])) for rule in chosen if rule.title in flags])

    reasons = F.concat(REASONS, more(quality.named("quarantine", "fail")))
    warned = F.concat(WARNINGS, more(quality.named("warn")))
    return rows.withColumns({REASONS: reasons, WARNINGS: warned}).drop(*flags.values())


def _add_unique(rows: DataFrame, rule: Unique, flag: str, holders: DataFrame | None) -> DataFrame:
    """Adds the flag. A row that does not come in, for another reason or because another key holds its values
    already, does not compete with the rows of its batch."""
    columns = [F.col(f"`{name}`") for name in rule.columns]
    complete = reduce(and_, (column.isNotNull() for column in columns))
    # Rows that are not complete stay apart, or all of them would meet in one place.
    same = Window.partitionBy(*columns, F.when(~complete, F.col(ROW_HASH)))
    taken = complete & _another_key("_first_holder", "_last_holder")
    rival = F.when((F.size(REASONS) == 0) & ~taken, F.col(ROW_KEY))
    judged = _with_holders(rows, columns, complete, holders)
    judged = judged.withColumns({"_least": F.min(rival).over(same), "_greatest": F.max(rival).over(same)})
    return judged.withColumn(flag, taken | (complete & _another_key("_least", "_greatest"))).drop(*_RIVALS)


def _another_key(*names: str) -> Column:
    """Whether one of the columns names another key than the row's."""
    return reduce(or_, (F.coalesce(F.col(name) != F.col(ROW_KEY), F.lit(False)) for name in names))


def _with_holders(rows: DataFrame, columns: list[Column], complete: Column, holders: DataFrame | None) -> DataFrame:
    """Adds the least and the greatest key that hold the same values already."""
    first = F.min(ROW_KEY).alias("_first_holder")
    last = F.max(ROW_KEY).alias("_last_holder")
    if holders is None:
        return rows.withColumns({name: F.lit(None).cast("string") for name in ("_first_holder", "_last_holder")})
    values = [f"_value_{place}" for place in range(len(columns))]
    renamed = [column.alias(name) for column, name in zip(columns, values, strict=True)]
    held = holders.where(complete).groupBy(*renamed).agg(first, last)
    equal = reduce(and_, (column == F.col(name) for column, name in zip(columns, values, strict=True)))
    return rows.join(held, equal, "left").drop(*values)


def _add_foreign_key(rows: DataFrame, rule: ForeignKey, flag: str, there: DataFrame) -> DataFrame:
    """Adds the flag: the value is nowhere in the other table."""
    known = there.select(F.col(f"`{there.columns[0]}`").alias("_known_value")).distinct()
    value = F.col(f"`{rule.column}`")
    joined = rows.join(known, value == F.col("_known_value"), "left")
    return joined.withColumn(flag, value.isNotNull() & F.col("_known_value").isNull()).drop("_known_value")

"""Which reasons, if any, keep a row out of use, and which warnings it carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import ledger_literal
from retraining.rules.ingest.row_rules import is_broken, is_missing
from retraining.spec.model_spec import ModelSpec
from retraining.spec.quality_section import OWN_REASONS, Rule
from retraining.spec.row_rules import ForeignKey, Unique

REASONS, WARNINGS = "_quarantine_reasons", "_warnings"
LEDGER_MISSING, LEDGER_IN_FUTURE, LABEL_MISSING, CONFLICTING_DUPLICATE = OWN_REASONS
LEDGER_REASONS = (LEDGER_MISSING, LEDGER_IN_FUTURE)


@dataclass(frozen=True)
class Arrival:
    """The batch that rows come in with and the one it supersedes, and the moments they are judged by: as_of by rules
    about age, valid_until by what is a fault of the ledger."""

    batch_seq: int
    ingested_at: datetime
    as_of: datetime
    valid_until: Number | None = None
    supersedes: int | None = None


def quarantine_reasons(spec: ModelSpec, schema: StructType, ledger: Ledger, arrival: Arrival) -> Column:
    """Array of the names of everything wrong with a row by itself, empty for an accepted one.

    Three-valued logic cannot lose a row: an expression that is null counts as not broken, and null itself is only a
    fault where a rule says so.
    """
    broken: list[tuple[str, Column]] = [(LEDGER_MISSING, F.col(f"`{ledger.column}`").isNull())]
    if arrival.valid_until is not None:
        too_late = F.col(f"`{ledger.column}`") > ledger_literal(ledger, arrival.valid_until)
        broken.append((LEDGER_IN_FUTURE, too_late))
    if spec.columns.label_delay == 0:
        broken.append((LABEL_MISSING, is_missing(spec.columns.label, schema)))
    broken += _judged(spec.quality.named("quarantine", "fail"), schema, arrival)
    return names_of(broken)


def warnings(spec: ModelSpec, schema: StructType, arrival: Arrival) -> Column:
    """Array of the names of the warnings about a row by itself."""
    return names_of(_judged(spec.quality.named("warn"), schema, arrival))


def names_of(conditions: Sequence[tuple[str, Column]]) -> Column:
    """Array of the names whose condition is true.

    Joined as text and split again: a function over the elements of an array would be interpreted row by row, together
    with every condition in it, which took four times as long.
    """
    nothing = F.array().cast("array<string>")
    if not conditions:
        return nothing
    text = F.concat_ws(_BETWEEN, *(F.when(condition, F.lit(name)) for name, condition in conditions))
    return F.when(text != "", F.split(text, _BETWEEN)).otherwise(nothing)


_BETWEEN = "`"
"""Neither a rule nor a column may be named with it."""


def _judged(rules: Sequence[Rule], schema: StructType, arrival: Arrival) -> list[tuple[str, Column]]:
    alone = [rule for rule in rules if not isinstance(rule, Unique | ForeignKey)]
    return [(rule.title, is_broken(rule, schema, arrival.as_of)) for rule in alone]

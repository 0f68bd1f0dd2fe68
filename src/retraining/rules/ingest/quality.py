"""Which reasons, if any, keep a row out of use, and which warnings it carries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructType

from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import ledger_literal
from retraining.rules.ingest.row_rules import is_broken, is_missing, is_too_large, is_unanswered
from retraining.spec.feed import Feed
from retraining.spec.quality_section import OWN_REASONS, Rule
from retraining.spec.row_rules import ForeignKey, Unique

REASONS = "_quarantine_reasons"
WARNINGS = "_warnings"
LEDGER_MISSING, LEDGER_IN_FUTURE, LEDGER_TOO_EARLY, LABEL_MISSING, CONFLICTING_DUPLICATE, *_OTHERS = OWN_REASONS
INVALID_TEXT, MALFORMED, LABEL_TOO_LARGE = _OTHERS
LEDGER_REASONS = (LEDGER_MISSING, LEDGER_IN_FUTURE, LEDGER_TOO_EARLY)


@dataclass(frozen=True)
class Arrival:
    """The batch that rows come in with and the one it supersedes, and the moments they are judged by: as_of by rules
    about age, valid_until by what is a fault of the ledger."""

    batch_seq: int
    ingested_at: datetime
    as_of: datetime
    valid_until: Number | None = None
    supersedes: int | None = None


def quarantine_reasons(feed: Feed, schema: StructType, ledger: Ledger, arrival: Arrival) -> Column:
    """Array of the names of everything wrong with a row by itself, empty for an accepted one.

    Three-valued logic cannot lose a row: an expression that is null counts as not broken, and null itself is only a
    fault where a rule makes it one.
    """
    broken: list[tuple[str, Column]] = [(LEDGER_MISSING, F.col(f"`{ledger.column}`").isNull())]
    if arrival.valid_until is not None:
        too_late = F.col(f"`{ledger.column}`") > ledger_literal(ledger, arrival.valid_until)
        broken.append((LEDGER_IN_FUTURE, too_late))
    if ledger.valid_from is not None:
        too_early = F.col(f"`{ledger.column}`") < ledger_literal(ledger, ledger.valid_from)
        broken.append((LEDGER_TOO_EARLY, too_early))
    if feed.label_delay == 0:
        broken.append((LABEL_MISSING, is_missing(feed.label, schema)))
        broken.append((LABEL_TOO_LARGE, is_too_large(feed.label, schema)))
    if unreadable := not_unicode((*feed.source.keys, *feed.categorical, feed.label), schema):
        broken.append((INVALID_TEXT, reduce(or_, unreadable)))
    broken += judged_alone(feed.quality.named("quarantine", "fail"), schema, arrival.as_of)
    return names_of(broken)


def not_unicode(columns: Iterable[str], schema: StructType) -> list[Column]:
    """Conditions on the texts among columns that a model works with: bytes that are not UTF-8 pass through Spark
    unnoticed, and stop the first Python process that reads them."""
    used = {name.lower() for name in columns}
    texts = [each.name for each in schema if each.name.lower() in used and isinstance(each.dataType, StringType)]
    return [~F.is_valid_utf8(F.col(f"`{name}`")) for name in texts]


def warnings(feed: Feed, schema: StructType, arrival: Arrival) -> Column:
    """Array of the names of the warnings about a row by itself."""
    return names_of(judged_alone(feed.quality.named("warn"), schema, arrival.as_of))


def names_of(conditions: Sequence[tuple[str, Column]]) -> Column:
    """Array of the names whose condition is true.

    The list is made only for rows with a reason, because Spark interprets functions over the elements of
    an array. That such a function is there also keeps Spark from compiling the whole step into one method, which grows
    beyond what Java compiles (8,000 bytes) with ten rules or forty columns, and takes several times as long then.
    """
    nothing = F.array().cast("array<string>")
    if not conditions:
        return nothing
    broken = [(F.coalesce(condition, F.lit(False)), F.lit(name)) for name, condition in conditions]
    named = F.array_compact(F.array(*(F.when(condition, name) for condition, name in broken)))
    return F.when(reduce(or_, (condition for condition, _ in broken)), named).otherwise(nothing)


def judged_alone(rules: Sequence[Rule], schema: StructType, as_of: datetime) -> list[tuple[str, Column]]:
    """What breaks the rules that look at one row alone: their titles, and conditions that may be null."""
    alone = [rule for rule in rules if not isinstance(rule, Unique | ForeignKey)]
    judged: list[tuple[str, Column]] = []
    for rule in alone:
        judged.append((rule.title, is_broken(rule, schema, as_of)))
        unanswered = is_unanswered(rule, schema)
        if unanswered is not None:
            judged.append((rule.unanswered, unanswered))
    return judged

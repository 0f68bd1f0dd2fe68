"""Rows of earlier batches whose label has come, or was corrected, since: stored again with it."""

from dataclasses import replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import committed_batches
from retraining.adapters.tables.observations import BATCH_SEQ, RELABELS
from retraining.records.batch import Batch
from retraining.rules.ingest.batch_history import labels_stored_through
from retraining.rules.ingest.look_around import OtherRows
from retraining.rules.ingest.mark_rows import CONFLICT, mark
from retraining.rules.ingest.quality import REASONS, WARNINGS, Arrival
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.spec.row_rules import Sql
from retraining.steps.ingest.ingestion import Ingestion
from retraining.steps.ingest.labelled_source import LabelledSource

_NEW_LABEL = "_new_label"
_TRIED_IN = "_tried_in"
_EARLIER_WARNINGS = "_earlier_warnings"


def label_updates(ingestion: Ingestion, plan: Batch) -> DataFrame | None:
    """The accepted current row of each key whose label is another one now; None when there can be none.

    Identity and ledger value stay those of the row, so that the source saying the row again is recognised and the newer
    batch wins.
    """
    source = ingestion.source
    closed = ingestion.closed
    if not isinstance(source, LabelledSource):
        return None
    after = labels_stored_through(closed, plan.supersedes) if source.labels.complete else 0
    if not closed or source.labels.through <= after:
        return None

    # As of this batch, so that a batch released late counts and a replayed one does not; without its own rows.
    with_it = committed_batches([*closed, replace(plan, state="COMMITTED")])
    committed = replace(with_it, without=(*with_it.without, plan.batch_seq))
    rows = observations.current_rows(ingestion.tables, ingestion.feed.name, committed, ingestion.ledger)

    label = F.col(f"`{source.labels.label.name}`")
    new = source.labels.rows.where(F.col(BATCH_SEQ) > F.lit(after)).select(ROW_KEY, label.alias(_NEW_LABEL))
    changed = rows.join(new, ROW_KEY).where(~label.eqNullSafe(F.col(_NEW_LABEL)))
    untried = _untried(changed, observations.standing_rows(ingestion.tables, [*closed, plan]), label)

    brought_by = F.coalesce(RELABELS, BATCH_SEQ)
    return untried.withColumns({source.labels.label.name: F.col(_NEW_LABEL), RELABELS: brought_by}).drop(_NEW_LABEL)


def _untried(changed: DataFrame, standing: DataFrame, label: Column) -> DataFrame:
    """Without what is stored already, behind the current row, but is not in use: held, or refused by a rule."""
    tried = standing.where(F.col(RELABELS).isNotNull())
    tried = tried.select(ROW_KEY, ROW_HASH, label.alias(_NEW_LABEL), F.col(BATCH_SEQ).alias(_TRIED_IN))
    same = [F.col(f"new.{name}") == F.col(f"tried.{name}") for name in (ROW_KEY, ROW_HASH, _NEW_LABEL)]
    later = F.col(_TRIED_IN) > F.col(f"new.{BATCH_SEQ}")
    return changed.alias("new").join(tried.alias("tried"), [*same, later], "left_anti")


def with_updates(
    ingestion: Ingestion, marked: DataFrame, updates: DataFrame | None, arrival: Arrival, other_rows: OtherRows
) -> DataFrame:
    """The marked rows of a slice, and the updates beside them, but those that an accepted row of the slice replaces: it
    has the same key and moment, and its label already."""
    rows = marked.withColumn(RELABELS, F.lit(None).cast("bigint"))
    if updates is None:
        return rows
    moment = [ROW_KEY, ingestion.ledger.column]
    replaced = marked.where(F.size(REASONS) == 0).select(*(f"`{name}`" for name in moment))
    remaining = updates.join(replaced, moment, "left_anti")
    updated = _mark_updates(ingestion, remaining, arrival, other_rows)
    return rows.unionByName(updated, allowMissingColumns=True)


def _mark_updates(ingestion: Ingestion, updates: DataFrame, arrival: Arrival, other_rows: OtherRows) -> DataFrame:
    """Judged again by the rules that may read the label, and by no other: the row was accepted when it came."""
    feed = ingestion.feed
    label = feed.label.lower()
    rules = tuple(
        rule
        for rule in feed.quality.rules
        if isinstance(rule, Sql) or label in {name.lower() for name in rule.columns_read}
    )
    of_label = replace(feed, quality=feed.quality.model_copy(update={"rules": rules}))
    rows = updates.withColumnRenamed(WARNINGS, _EARLIER_WARNINGS).withColumn(CONFLICT, F.lit(False))
    marked = mark(of_label, ingestion.ledger, rows, arrival, other_rows)

    judged_again = F.array(*(F.lit(each) for rule in rules for each in rule.reasons)).cast("array<string>")
    kept = F.array_except(F.col(_EARLIER_WARNINGS), judged_again)
    return marked.withColumn(WARNINGS, F.array_union(kept, F.col(WARNINGS))).drop(_EARLIER_WARNINGS)


def count_waiting(ingestion: Ingestion) -> int:
    """Labels of keys that no row has yet."""
    source = ingestion.source
    if not isinstance(source, LabelledSource):
        return 0
    rows = ingestion.tables.read(observations.table_of(ingestion.feed.name)).select(ROW_KEY)
    return source.labels.rows.select(ROW_KEY).join(rows, ROW_KEY, "left_anti").count()

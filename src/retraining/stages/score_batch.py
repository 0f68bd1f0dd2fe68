"""Keep a batch table: the answers of a model to the rows of any table or query, one a key, each scored once."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import batch_scores
from retraining.adapters.tables.batch_scores import append_scoring, read_scorings, scores_of
from retraining.failpoints import hit
from retraining.kinds.find_kind import kind_of
from retraining.records.scoring import BatchScoring
from retraining.records.version import Manifest
from retraining.rules.batch.columns_fit import check_columns
from retraining.rules.batch.next_scoring import Reading, Wanted, next_scoring, open_scoring
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.reading_limits import lookback_of
from retraining.steps.batch.answer_rows_of_batch import Scoring, store_answers
from retraining.steps.batch.batch_context import BatchContext
from retraining.steps.batch.choose_version import choose_version, manifest_of, why_nothing_answers
from retraining.steps.batch.forget_scores import delete_forgotten_scores
from retraining.steps.batch.leave_out import (
    FORGOTTEN,
    QUARANTINED,
    REASON,
    REFUSED,
    WITHOUT_KEY,
    mark_left_out,
)
from retraining.steps.batch.read_rows import LedgerValues, ledger_of, measure_ledger, read_batch_rows, rows_in
from retraining.steps.dataset.load_version import features_of_version, load_fitted

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoreBatchReport:
    """What a run did to a batch table."""

    batch: str
    model: str
    scorings: tuple[BatchScoring, ...]
    """The scorings that this run closed: its own, before it one that a killed run had left open. Empty where nothing
    could be scored."""
    why_none: str | None = None
    """Why nothing could be scored."""

    @property
    def summary(self) -> str:
        """A line for people for each scoring."""
        if self.why_none:
            return f"{self.batch}: nothing scored. {self.why_none}"
        return "\n".join(self._line(each) for each in self.scorings)

    def _line(self, row: BatchScoring) -> str:
        named = {
            "without a key": row.rows_without_key,
            "against a quality rule": row.rows_refused,
            "quarantined": row.rows_quarantined,
            "forgotten": row.rows_forgotten,
            "without a valid ledger value": row.rows_outside,
        }
        out = ", ".join(f"{count:,} {what}" for what, count in named.items() if count)
        unanswered = f"; it has no answer to {row.rows_unanswered:,} of them" if row.rows_unanswered else ""
        return (
            f"{self.batch}: {row.rows_scored or 0:,} rows scored by version {row.version} of {self.model}, of "
            f"{row.rows_read or 0:,} read{unanswered}. Left out: {out or 'none'}."
        )


@dataclass(frozen=True)
class _Source:
    """The rows of the batch table's source, and their ledger."""

    rows: DataFrame
    ledger: Ledger | None
    values: LedgerValues


def score_batch(context: BatchContext) -> ScoreBatchReport:
    """Score what is new since the last scoring; before it, finish one that was killed. The same command again, killed
    anywhere, ends in the same table.

    Raises ContractError for a missing or retyped column, SourceError for rows that cannot be read, NothingToDoError for
    a day without a champion; nothing is scored then.
    """
    spec = context.spec
    why_none = why_nothing_answers(context)
    manifest = None if why_none else choose_version(context)
    if manifest is None:
        return ScoreBatchReport(spec.batch, spec.model, (), why_none or "There is no champion yet.")

    rows = read_batch_rows(context)
    ledger = ledger_of(context, rows) if _has_ledger(context, rows) else None
    _check(context, manifest, rows)
    source = _Source(rows, ledger, measure_ledger(context, rows, ledger))

    finished = _finish(context, source)
    opened = _open(context, source, str(manifest.version))
    report = ScoreBatchReport(spec.batch, spec.model, (*finished, _carry_out(context, source, opened, manifest)))
    _log.info(report.summary)
    return report


def _has_ledger(context: BatchContext, rows: DataFrame) -> bool:
    """A ledger column that is missing is reported with all other missing columns."""
    column = context.spec.source.ledger_column
    return column is not None and column.lower() in {name.lower() for name in rows.columns}


def _check(context: BatchContext, manifest: Manifest, rows: DataFrame) -> None:
    found = {each.name: each.dataType.simpleString() for each in rows.schema}
    features = features_of_version(context.model.spec, manifest, rows)
    check_columns(context.spec, str(manifest.version), features, found)


def _finish(context: BatchContext, source: _Source) -> list[BatchScoring]:
    """What a killed run had begun, by the version that it had begun with; given up where that version is gone, or the
    rows have another ledger now: the next scoring reads the same rows again."""
    opened = open_scoring(read_scorings(context.tables, context.spec.batch))
    if opened is None:
        return []

    ledger = source.ledger
    same_ledger = (opened.ledger_column, opened.ledger_type) == (_column(ledger), _type(ledger))
    if not same_ledger or not context.model.registry.has_version(opened.model, opened.version):
        append_scoring(context.tables, replace(opened, state="ABANDONED", **context.run.stamp))
        return []

    manifest = manifest_of(context, opened.version)
    _check(context, manifest, source.rows)
    return [_carry_out(context, source, opened, manifest)]


def _open(context: BatchContext, source: _Source, version: str) -> BatchScoring:
    """Freezes what is read and which version answers, before anything is predicted."""
    spec = context.spec
    tables = context.tables
    ledger = source.ledger
    earlier = read_scorings(tables, spec.batch)
    lookback = lookback_of(f"{spec.file}: source", ledger, spec.source.lookback) if ledger else 0
    there = tables.exists(batch_scores.table_of(spec.batch))
    rescores = spec.on_promotion == "rescore"
    reading = next_scoring(earlier, Wanted(version, rescores, ledger, source.values.newest, lookback, there))

    row = BatchScoring(
        batch=spec.batch,
        seq=max((row.seq for row in earlier), default=0) + 1,
        state="OPENED",
        model=spec.model,
        version=version,
        scope=reading.scope,
        ledger_column=_column(ledger),
        ledger_type=_type(ledger),
        lo=ledger.to_text(reading.lo) if ledger else None,
        hi=ledger.to_text(reading.hi) if ledger else None,
        **context.run.stamp,
    )
    append_scoring(tables, row)
    hit("score_batch.after_open")
    return row


def _carry_out(context: BatchContext, source: _Source, opened: BatchScoring, manifest: Manifest) -> BatchScoring:
    """Predicts, stores and closes an open scoring. Each step may be repeated."""
    ledger = source.ledger
    reading = Reading(opened.scope, *(ledger.from_text(text) if ledger else None for text in (opened.lo, opened.hi)))
    rows = rows_in(context, source.rows, ledger, reading)
    fitted = load_fitted(context.model.spec, context.model.registry, manifest, rows)
    marked = mark_left_out(context, rows, [each.name for each in fitted.features if not each.is_numeric])

    counted = marked.groupBy(REASON).count().collect()
    counts = {str(row[REASON]) if row[REASON] else "": int(row["count"]) for row in counted}
    usable = marked.where(F.col(REASON).isNull()).drop(REASON)
    store_answers(context, usable, Scoring(opened, fitted, ledger))
    hit("score_batch.after_merge")
    delete_forgotten_scores(context, opened.seq)

    closed = _closed(context, opened, counts, source.values)
    append_scoring(context.tables, closed)
    hit("score_batch.after_close")
    return closed


def _closed(
    context: BatchContext, opened: BatchScoring, counts: Mapping[str, int], values: LedgerValues
) -> BatchScoring:
    """Counts read back from the table, so that the row cannot disagree with it."""
    kind = kind_of(context.model.spec)
    stored = scores_of(context.tables, context.spec.batch, opened.seq)
    scored, unanswered = stored.agg(F.count(F.lit(1)), F.count_if(kind.is_broken("prediction"))).collect()[0]
    return replace(
        opened,
        state="CLOSED",
        rows_read=sum(counts.values()),
        rows_scored=scored,
        rows_unanswered=unanswered,
        rows_without_key=counts.get(WITHOUT_KEY, 0),
        rows_refused=counts.get(REFUSED, 0),
        rows_quarantined=counts.get(QUARANTINED, 0),
        rows_forgotten=counts.get(FORGOTTEN, 0),
        rows_outside=values.outside,
        attempt_id=context.run.attempt_id,
        at=context.run.started_at,
    )


def _column(ledger: Ledger | None) -> str | None:
    return ledger.column if ledger else None


def _type(ledger: Ledger | None) -> str | None:
    return ledger.type if ledger else None

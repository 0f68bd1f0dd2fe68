"""The loss of each version by day, on rows that it had not seen in training. Measured once, when labels arrive."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import predictions
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.decision import DailyLoss, Decision
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import PREDICTION, SCORED_BATCH, VERSION, IngestedSource
from retraining.steps.dataset.model_frame import LABEL, label_column

DAY = "_day"
"""The day of a row; null where the ledger has no time."""
LOSS = "_loss"
"""The loss of a prediction."""


def measure_daily_losses(
    context: Context, source: IngestedSource, decisions: Sequence[Decision]
) -> tuple[DailyLoss, ...]:
    """The realised losses of the batches that no earlier decision has measured. One aggregated pass: one row a
    version, batch and day comes back, never one a prediction.

    A label that is corrected later counts again, in the batch that corrects it. A number that a version could not
    predict has no loss, and is not among its rows.
    """
    spec = context.spec
    after = max((row.batch_seq for row in decisions if row.batch_seq < source.committed.through), default=0)
    if not context.tables.exists(predictions.table_of(spec.model)):
        return ()

    groups = [DAY, BATCH_SEQ, SCORED_BATCH, VERSION]
    sums = (
        with_loss(spec, realised_rows(spec, source, after))
        .groupBy(*groups)
        .agg(F.count(F.lit(1)).alias("rows"), F.sum(LOSS).alias("loss"))
        .orderBy(*groups)
        .collect()
    )
    return tuple(
        DailyLoss(row[VERSION], row[BATCH_SEQ], row[SCORED_BATCH], row[DAY], row["rows"], row["loss"] or 0.0)
        for row in sums
    )


def realised_rows(spec: ModelSpec, source: IngestedSource, after: int, columns: Sequence[Column] = ()) -> DataFrame:
    """Predictions whose labels came after a batch, with `_label`, `_day` and the given columns of their rows."""
    # Where labels come with their rows, older predictions need not be read.
    predicted_after = after if spec.columns.label_delay == 0 else None
    own = [label_column(spec), ledger_day(source.ledger).alias(DAY), *columns]
    return source.realised_predictions(spec.model, own, after, predicted_after=predicted_after)


def with_loss(spec: ModelSpec, rows: DataFrame) -> DataFrame:
    """The predictions that have a label and a loss, with that loss."""
    loss = kind_of(spec).loss_column(PREDICTION, LABEL)
    return rows.where(F.col(LABEL).isNotNull() & loss.isNotNull()).withColumn(LOSS, loss)


def losses_of(decisions: Sequence[Decision]) -> list[DailyLoss]:
    """The losses of all batches. Where several decisions measured one batch, those of the newest."""
    of_batch: dict[int, list[DailyLoss]] = {}
    for decision in decisions:
        of_batch.update({loss.batch_seq: [] for loss in decision.daily_losses})
        for loss in decision.daily_losses:
            of_batch[loss.batch_seq].append(loss)
    return [loss for batch_seq in sorted(of_batch) for loss in of_batch[batch_seq]]


def error_on_batch(
    spec: ModelSpec, losses: Sequence[DailyLoss], version: str | None, batch_seq: int | None
) -> tuple[float | None, int]:
    """Realised error of a version on one batch and the rows behind it; (None, 0) where it predicted none of them."""
    own = [loss for loss in losses if loss.version == version and loss.batch_seq == batch_seq]
    rows = sum(loss.rows for loss in own)
    error = kind_of(spec).error(sum(loss.loss for loss in own), rows) if rows else None
    return error, rows

"""How each version did, day by day, on rows it had not seen in training: measured once, when the labels arrive."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.observations import BATCH_SEQ, Selection
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.decision import DailyLoss, Decision
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import LABEL, labelled


def measure_daily_losses(
    context: Context, source: IngestedSource, decisions: Sequence[Decision]
) -> tuple[DailyLoss, ...]:
    """The prequential losses of the batches that no earlier decision has measured. One aggregated pass: a row per
    version, batch and day comes back, never one per prediction.

    A label that is corrected later is judged again in the batch that corrects it.
    """
    spec = context.spec
    after = max((row.batch_seq for row in decisions if row.batch_seq < source.committed.through), default=0)
    if not context.tables.exists(predictions.table_of(spec.model)):
        return ()

    predicted = predictions.unseen_predictions(context.tables, spec.model)
    if spec.columns.label_delay == 0:  # labels come with their rows, so older predictions need not be read
        predicted = predicted.where(observations.arrived_after(source.committed, after))

    current = source.current_rows(Selection(newer_than=after))
    rows = labelled(spec, current).select(ROW_KEY, LABEL, BATCH_SEQ, ledger_day(source.ledger).alias("_day"))
    sums = (
        rows.join(predicted.withColumnRenamed(BATCH_SEQ, "_scored"), ROW_KEY)
        .groupBy("_day", BATCH_SEQ, "_scored", "model_version")
        .agg(F.count(F.lit(1)).alias("rows"), F.sum(kind_of(spec).loss_column("prediction", LABEL)).alias("loss"))
        .orderBy("_day", BATCH_SEQ, "_scored", "model_version")
        .collect()
    )

    return tuple(
        DailyLoss(row["model_version"], row[BATCH_SEQ], row["_scored"], row["_day"], row["rows"], row["loss"] or 0.0)
        for row in sums
    )


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
    return (kind_of(spec).error(sum(loss.loss for loss in own), rows) if rows else None), rows

"""What the live panel was worth: its newest errors beside those of a panel that is fitted again in full."""

import logging
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import forecasts
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.panel_references import append_panel_reference, read_panel_references
from retraining.context import Context
from retraining.forecasting.buckets import NAIVE, SERIES
from retraining.records.panel import PanelReference
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.panel.realised_losses import realised
from retraining.steps.panel.refit_all import REFIT, refit_all
from retraining.steps.panel.series_rows import read_series

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefitReport:
    """The comparison of the newest batch; None where no forecast has met an actual of it."""

    model: str
    row: PanelReference | None

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.row
        if row is None:
            return f"{self.model}: no forecast has met an actual of the newest batch"
        live, naive, refit = (loss / row.forecasts for loss in (row.live_loss, row.naive_loss, row.refit_loss))
        return (
            f"{self.model}: batch {row.batch_seq}: {row.forecasts:,} forecasts of {row.series:,} series met their "
            f"actuals. Mean scaled error: {live:.3f} live, {naive:.3f} seasonal naive, {refit:.3f} with every series "
            f"fitted again, which took {row.refit_seconds:,.0f} s."
        )


def compare_refit(context: Context) -> RefitReport:
    """Fits every series again as of the batch before the newest, and compares. It is done once a batch, registers
    nothing, and costs as much as a first fit."""
    source = read_source(context.spec, context.tables)
    through = source.committed.through
    there = [row for row in read_panel_references(context.tables, context.model) if row.batch_seq == through]
    row = there[0] if there else _compared(context, source, through)
    if row is not None and not there:
        append_panel_reference(context.tables, row)

    report = RefitReport(context.model, row)
    _log.info(report.summary)
    return report


def _compared(context: Context, source: IngestedSource, through: int) -> PanelReference | None:
    """None where nothing has been forecast before, or no actual came."""
    found = _live_before(context, through)
    if found is None:
        return None
    origin_batch, version = found
    met = realised(context, read_series(context, source), origin_batch)
    if met is None:
        return None

    live = met.where((F.col(BATCH_SEQ) == F.lit(origin_batch)) & (F.col("model_version") == F.lit(version)))
    started = context.run.stopwatch()
    again = refit_all(read_series(context, source, origin_batch))
    sums = _sums(live.join(again, [SERIES, "target"]))
    seconds = round(context.run.stopwatch() - started, 3)

    if not sums["forecasts"]:
        return None
    return PanelReference(
        model=context.model,
        batch_seq=through,
        origin_batch=origin_batch,
        model_version=version,
        refit_seconds=seconds,
        **sums,
        **context.stamp,
    )


def _live_before(context: Context, through: int) -> tuple[int, str] | None:
    """The newest batch before one that was forecast, and the version that forecast it last: the one that was live from
    then on."""
    name = forecasts.table_of(context.model)
    if not context.tables.exists(name):
        return None
    before = context.tables.read(name).where(F.col(BATCH_SEQ) < F.lit(through))
    newest = before.groupBy(BATCH_SEQ).agg(F.max_by("model_version", "made_at").alias("version"))
    found = newest.orderBy(F.col(BATCH_SEQ).desc()).limit(1).collect()
    return (found[0][BATCH_SEQ], found[0]["version"]) if found else None


def _sums(met: DataFrame) -> dict[str, Any]:
    """Over the actuals for which all three have an answer, so that they are compared on the same ones."""
    losses = {
        name: F.abs(F.col("actual") - F.col(column)) / F.col("scale")
        for name, column in (("live_loss", "forecast"), ("naive_loss", NAIVE), ("refit_loss", REFIT))
    }
    scaled = met.select(SERIES, *(loss.alias(name) for name, loss in losses.items())).dropna()
    row = scaled.agg(
        F.count_distinct(SERIES).alias("series"),
        F.count(F.lit(1)).alias("forecasts"),
        *(F.coalesce(F.sum(name), F.lit(0.0)).alias(name) for name in losses),
    ).collect()[0]
    return dict(row.asDict())

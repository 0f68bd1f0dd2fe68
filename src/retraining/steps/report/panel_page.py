"""The part of a page that only a forecast has: sums and a few series come back from the workers, whatever the panel's
size."""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables import forecasts
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.panel_references import read_panel_references
from retraining.adapters.tables.series_models import PANEL_ACTIONS
from retraining.context import Context
from retraining.errors import NothingToDoError, RegistryError
from retraining.forecasting.buckets import SERIES
from retraining.forecasting.live_model import FALLBACK_MODEL
from retraining.forecasting.plan_of_spec import section_of
from retraining.kinds.find_kind import kind_of
from retraining.report.panel_data import BatchActions, FallbackReason, PanelPage
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.panel.realised_losses import realised
from retraining.steps.panel.series_rows import read_series
from retraining.steps.report.drawn_series import drawn_series
from retraining.steps.report.panel_sums import STEP, VERSION, accuracy_of, errors_of, sums_of

_BATCHES = 13
"""A page shows thirteen batches: of monthly ones, the same month of the year before too."""
_MOST_REASONS = 10


def panel_page(context: Context) -> PanelPage | None:
    """None for a model of rows, where no panel has forecast yet, and before the first batch."""
    if kind_of(context.spec).learns != "series":
        return None
    try:
        live = _live(context)
    except RegistryError:
        return None  # the page of a failed run is made all the same
    if live is None:
        return None

    page = PanelPage(
        version=live.version,
        series=live.newest.where(F.col(STEP) == 1).count(),
        levels=section_of(context.spec).intervals,
        actions=_actions(context),
        fallbacks=_fallbacks(live.newest),
    )
    try:
        return _with_errors(context, read_source(context.spec, context.tables), live, page)
    except NothingToDoError:
        return page


@dataclass(frozen=True)
class _Live:
    """The champion, and what it forecast last."""

    version: str
    newest: DataFrame


def _live(context: Context) -> _Live | None:
    name = forecasts.table_of(context.model)
    version = context.registry.version_of(context.model, CHAMPION)
    if version is None or not context.tables.exists(name):
        return None
    made = context.tables.read(name).where(F.col(VERSION) == F.lit(version))
    newest = made.agg(F.max(BATCH_SEQ)).collect()[0][0]
    return None if newest is None else _Live(version, made.where(F.col(BATCH_SEQ) == F.lit(newest)))


def _with_errors(context: Context, source: IngestedSource, live: _Live, page: PanelPage) -> PanelPage:
    """With what the actuals of the newest batches say."""
    rows = read_series(context, source)
    met = realised(context, rows, max(0, source.committed.through - _BATCHES))
    if met is None:
        return page

    sums = sums_of(met, page.levels)
    references = read_panel_references(context.tables, context.model)
    refits = {row.batch_seq: row.refit_loss / row.forecasts for row in references}
    return replace(
        page,
        accuracy=accuracy_of(sums, page.levels, section_of(context.spec).horizon),
        errors=errors_of(sums, refits),
        drawn=drawn_series(rows, live.newest, _errors_of_series(met, live.version), page.levels[-1]),
    )


def _errors_of_series(met: DataFrame, version: str) -> DataFrame:
    """The mean scaled error of each series, of one version."""
    size = F.abs(F.col("actual") - F.col("forecast")) / F.col("scale")
    own = met.where((F.col(VERSION) == F.lit(version)) & size.isNotNull())
    return own.groupBy(SERIES).agg(F.avg(size).alias("error"))


def _actions(context: Context) -> tuple[BatchActions, ...]:
    """Of each batch those of its newest decision."""
    if not context.tables.exists(PANEL_ACTIONS):
        return ()
    rows = context.tables.read(PANEL_ACTIONS).where(F.col("model") == F.lit(context.model))
    newest = rows.groupBy("batch_seq").agg(F.max_by("evaluation_id", "at").alias("evaluation_id"))
    counted = rows.join(newest, ["batch_seq", "evaluation_id"]).groupBy("batch_seq", "action").count()
    by_batch: dict[int, dict[str, int]] = {}
    for row in counted.orderBy("batch_seq", "action").collect():
        by_batch.setdefault(row["batch_seq"], {})[row["action"]] = row["count"]
    return tuple(BatchActions(batch, series) for batch, series in by_batch.items())[-_BATCHES:]


def _fallbacks(newest: DataFrame) -> tuple[FallbackReason, ...]:
    """The reasons with the most series first, and two of the series by name."""
    rows = newest.where((F.col("forecaster") == F.lit(FALLBACK_MODEL)) & (F.col(STEP) == 1))
    some = F.array_distinct(F.array(F.min(SERIES), F.max(SERIES)))
    reasons = rows.groupBy("reason").agg(F.count(F.lit(1)).alias("count"), some.alias("some"))
    found = reasons.orderBy(F.col("count").desc(), "reason").limit(_MOST_REASONS).collect()
    return tuple(FallbackReason(row["reason"] or "Not known.", row["count"], tuple(row["some"])) for row in found)

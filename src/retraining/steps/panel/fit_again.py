"""A registered panel fitted again from its manifest, and compared series by series. Nothing is written."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.series_models import models_of_panel
from retraining.context import Context
from retraining.forecasting.buckets import SERIES
from retraining.records.version import Comparison, Manifest
from retraining.rules.panel.mix_panels import KEPT
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.panel.fit_panel import acted, first_day, learned_points, state_before, wanted_of
from retraining.steps.panel.follow_panel import panel_version_of
from retraining.steps.panel.series_rows import read_series

SERIES_MODELS = "models of series"


def fit_again(
    context: Context, source: IngestedSource, manifest: Manifest, base: Manifest | None, data_hash: str
) -> tuple[Comparison, ...]:
    """What a second fit has in common with the first: the points, and the model and state of each series. data_hash:
    what the line with the hash is called."""
    rows = read_series(context, source, manifest.batch_seq, first_day(source.ledger, manifest.holdout_from))
    learned = learned_points(source, rows)
    again = acted(rows, state_before(context, rows, wanted_of(context, manifest), base))

    stored = models_of_panel(context.tables, context.model, panel_version_of(manifest), "fitted")
    expected = _with_kept(context, again.select(SERIES, "forecaster", "state"), stored, base)
    both = expected.select(SERIES, *(F.col(each).alias(f"_{each}") for each in ("forecaster", "state"))).join(
        stored.select(SERIES, "forecaster", "state"), SERIES, "full"
    )
    same = F.col("_forecaster").eqNullSafe(F.col("forecaster")) & F.col("_state").eqNullSafe(F.col("state"))
    count, equal = both.agg(F.count(F.lit(1)), F.count_if(same)).collect()[0]

    return (
        _compared(data_hash, str(manifest.data_hash), learned.hash),
        _compared("rows", f"{manifest.trained_rows:,}", f"{learned.points:,}"),
        _compared("trained until", str(manifest.trained_until), str(learned.until)),
        _compared(SERIES_MODELS, f"{count:,} series", f"{equal:,} with the same model and state", count == equal),
    )


def _with_kept(context: Context, again: DataFrame, stored: DataFrame, base: Manifest | None) -> DataFrame:
    """The second fit, with the champion's model of each series that kept it when the panel went live."""
    if base is None:
        return again
    kept = stored.where(F.col("reason").startswith(KEPT)).select(SERIES)
    live = models_of_panel(context.tables, context.model, panel_version_of(base), "fitted")
    return again.join(kept, SERIES, "left_anti").unionByName(live.join(kept, SERIES).select(*again.columns))


def _compared(what: str, registered: str, again: str, same: bool | None = None) -> Comparison:
    return Comparison(what, registered, again, registered == again if same is None else same)

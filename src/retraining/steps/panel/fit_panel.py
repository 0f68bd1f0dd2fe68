"""The panel that a manifest reserved: some series are fitted, all others carried over, each on its worker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.registry.digest import digest_of_files
from retraining.adapters.registry.logged_runs import keep_first_version
from retraining.adapters.registry.session import check_no_open_run
from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.adapters.tables.series_models import (
    actions_of,
    buckets_there,
    models_of_panel,
    series_models_version,
)
from retraining.context import Context
from retraining.errors import NothingToDoError, PanelError
from retraining.failpoints import hit
from retraining.forecasting.buckets import SERIES, TIME, VALUE, act_on_bucket
from retraining.forecasting.isolated import MOST_SECONDS
from retraining.kinds.find_kind import kind_of
from retraining.records.panel import SeriesAction
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger import Ledger
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.panel.count_series import count_kept
from retraining.steps.panel.fan_out import by_bucket, with_fields
from retraining.steps.panel.follow_panel import follow, in_buckets, panel_version_of, write_models
from retraining.steps.panel.log_panel import log_panel
from retraining.steps.panel.needed_rows import needed_rows
from retraining.steps.panel.series_rows import BUCKET, STEP, SeriesRows, read_series
from retraining.steps.training.sweep_leftovers import sweep_leftovers

_MOST_PARTS = 6
_SERIES_OF_PART = 500
"""A part is one commit: what was written before a kill is not computed again."""
ACTION = "_action"


def fit_panel(context: Context, source: IngestedSource, reserved: Manifest, manifests: Sequence[Manifest]) -> Manifest:
    """The registered panel of a reserved key. It happens once however often this is called.

    The fits know the days before the hold-out; a second set of rows knows all points, and is what callers get.
    """
    done = [row for row in manifests if row.retrain_key == reserved.retrain_key and row.state == "REGISTERED"]
    if done:
        sweep_leftovers(context, manifests)
        return done[0]

    check_no_open_run()
    started = context.run.stopwatch()
    base = manifest_of_version(manifests, context.model, reserved.base_version) if reserved.base_version else None
    before = first_day(source.ledger, reserved.holdout_from)
    rows = read_series(context, source, reserved.batch_seq, before)
    _fit_parts(context, rows, reserved, base)
    hit("fit.after_learn")
    return register_panel(context, source, reserved, manifests, started)


def register_panel(
    context: Context, source: IngestedSource, reserved: Manifest, manifests: Sequence[Manifest], started: float
) -> Manifest:
    """The version of a panel whose fitted rows are there, after all points. started: of the stopwatch."""
    rows = read_series(context, source, reserved.batch_seq, first_day(source.ledger, reserved.holdout_from))
    everything = read_series(context, source, reserved.batch_seq)
    follow(context, everything, reserved.seq, reserved.batch_seq, reserved.batch_seq)

    filled = _fill(context, source, reserved, rows, next_seq(manifests))
    registered = _register(context, filled, everything, started)
    append_rows(context.tables, "retrain", [registered])
    hit("fit.after_manifest")
    sweep_leftovers(context, [*manifests, registered])
    return registered


def first_day(ledger: Ledger, text: str | None) -> date | None:
    """The day of a hold-out's bound."""
    value = ledger.from_text(text)
    return None if value is None else ledger.day_of(value)


def _fit_parts(context: Context, rows: SeriesRows, reserved: Manifest, base: Manifest | None) -> None:
    """Writes the fitted rows part by part, but those that are there."""
    wanted = wanted_of(context, reserved)
    state = state_before(context, rows, wanted, base)

    parts = max(1, min(_MOST_PARTS, rows.buckets * 64 // _SERIES_OF_PART))
    there = {bucket % parts for bucket in buckets_there(context.tables, context.model, reserved.seq)}
    for part in range(parts):
        if part not in there:
            found = acted(_part(rows, part, parts), state.where(F.col(BUCKET) % parts == part))
            write_models(context, found, reserved.seq, reserved.batch_seq, "fitted", part)
            hit("panel.after_part")
    _check_none_lost(context, wanted, reserved.seq)


def wanted_of(context: Context, reserved: Manifest) -> DataFrame:
    """What is to be done with each series, by the decision behind a fit. Raises NothingToDoError without one."""
    actions = actions_of(context.tables, context.model, reserved.evaluation_id)
    if actions is None:
        raise NothingToDoError(
            f"{context.model}: `panel_actions` has no row of evaluation {reserved.evaluation_id[:12]}. Run "
            f"02_check_drift first."
        )
    return actions.select(SERIES, F.col("action").alias(ACTION))


def state_before(context: Context, rows: SeriesRows, wanted: DataFrame, base: Manifest | None) -> DataFrame:
    """The models that a fit starts from, as they were fitted themselves, and what is done with each."""
    live = None if base is None else models_of_panel(context.tables, context.model, panel_version_of(base), "fitted")
    return _with_actions(rows, live, wanted)


def _part(rows: SeriesRows, part: int, parts: int) -> SeriesRows:
    return replace(rows, frame=rows.frame.where(F.col(BUCKET) % parts == part))


def _with_actions(rows: SeriesRows, live: DataFrame | None, wanted: DataFrame) -> DataFrame:
    """The models and what is done with each; nulls where a series is new."""
    schema = with_fields()
    if live is None:
        empty = (F.lit(None).cast(each.dataType).alias(each.name) for each in schema if each.name != SERIES)
        return in_buckets(rows, wanted.select(SERIES, *empty, ACTION))
    models = live.select(*(each.name for each in schema if each.name != BUCKET))
    return in_buckets(rows, models.join(wanted, SERIES, "full"))


def acted(rows: SeriesRows, state: DataFrame) -> DataFrame:
    """The models after the action of each series."""
    bucket = rows.bucket

    def work(own: pd.DataFrame, state: pd.DataFrame) -> pd.DataFrame:
        live = state[state["forecaster"].notna()]
        named = state[state[ACTION].notna()]
        actions: dict[str, SeriesAction] = dict(zip(named[SERIES], named[ACTION], strict=True))
        return act_on_bucket(own[own[SERIES].isin(set(actions))], live, actions, bucket, MOST_SECONDS)

    updated = F.coalesce(F.col(ACTION).isin("update_state", "keep"), F.lit(False))
    return by_bucket(replace(rows, frame=needed_rows(rows, state, ~updated)), state, work, with_fields())


def _check_none_lost(context: Context, wanted: DataFrame, panel: int) -> None:
    """Input series = output series. Raises PanelError."""
    kept = count_kept(context, wanted.where(F.col(ACTION) != "retire").select(SERIES), panel)
    if kept.lost or kept.more or kept.twice:
        raise PanelError(
            f"{context.model}: of {kept.expected:,} series, panel {panel} has lost {kept.lost:,}, has {kept.more:,} "
            f"that were not expected and {kept.twice:,} twice; expected each one once. Nothing was registered. Start "
            f"the run again; where that does not help, RESTORE `series_models` to the version before this run."
        )


@dataclass(frozen=True)
class Learned:
    """The points of all series that a fit knows: how many, their hash, and the day of the newest as a ledger has it."""

    points: int
    hash: str
    until: str | None


def learned_points(source: IngestedSource, rows: SeriesRows) -> Learned:
    """One pass over the points."""
    known = rows.frame.where(F.col(VALUE).isNotNull() & (F.col(STEP) <= rows.origin))
    value = F.xxhash64(SERIES, TIME, VALUE).cast("decimal(38,0)")
    points, total, newest = known.agg(F.count(F.lit(1)), F.sum(value), F.max(TIME).cast("string")).collect()[0]
    day = date.fromisoformat(newest[:10])
    return Learned(points, f"{points}:{total}", source.ledger.to_text(source.ledger.start_of(day)))


def _fill(context: Context, source: IngestedSource, reserved: Manifest, rows: SeriesRows, seq: int) -> Manifest:
    """What was learned: the points before the hold-out."""
    learned = learned_points(source, rows)
    return replace(
        reserved,
        state="REGISTERED",
        seq=seq,
        trained_until=learned.until,
        trained_rows=learned.points,
        sampled=False,
        data_hash=learned.hash,
        observations_version=observations.observations_version(context.tables, context.spec.source_name),
        kind=kind_of(context.spec).name,
        panel_version=reserved.seq,
        series_models_version=series_models_version(context.tables),
        **context.stamp,
    )


def _register(context: Context, filled: Manifest, rows: SeriesRows, started: float) -> Manifest:
    """The version in the registry: what an earlier attempt left, or a new one."""
    registry = context.registry
    logged_before = registry.find_version(context.model, filled.retrain_key)
    if logged_before:
        registry.finish_run(logged_before[0])
    run_id, version = logged_before or log_panel(context, filled, rows)
    hit("fit.after_log")
    version = keep_first_version(registry, context.model, run_id)

    files = registry.files(context.model, version)
    return replace(
        filled,
        fit_seconds=round(context.run.stopwatch() - started, 3),
        version=version,
        mlflow_run_id=run_id,
        digest=digest_of_files(files),
        files=files,
    )

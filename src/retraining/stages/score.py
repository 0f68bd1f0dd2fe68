"""Predict new rows once, at arrival, with the champion pinned at this moment."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.observations import BATCH_SEQ, Selection
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Kind, Learns
from retraining.records.control import Control
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.history import first_champion
from retraining.rules.champion.mode import mode_in_words, mode_of
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.live_versions import find_previous_champion, heal_and_read_champion
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import check_kind, load_fitted, manifest_of_version
from retraining.steps.dataset.model_frame import columns_of_features
from retraining.steps.dataset.other_sources import known_to_other_sources
from retraining.steps.dataset.predict_rows import PROBABILITIES, predict_rows
from retraining.steps.panel.follow_panel import score_panel

_KEYS = "_keys"
_FIRST = "_first"
_OTHER = "_other"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoreReport:
    """Which champion scored how many rows."""

    model: str
    champion_version: str | None
    """None before the first promotion: nothing is scored then."""
    rows: int
    unanswered: int = 0
    """Of these, rows that the champion refused: their prediction is null."""
    gone: tuple[str, ...] = ()
    """Columns that the champion was fitted on and that none of these rows has a value of."""
    retired: str | None = None
    """Since when the model is retired, and why; None for every other one."""

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.retired:
            return f"{self.model}: nothing scored. {self.retired}"
        if self.champion_version is None:
            return f"{self.model}: no champion yet, nothing scored"
        line = f"{self.model}: {self.rows:,} rows scored by version {self.champion_version}"
        if self.unanswered:
            line += f"; it has no answer to {self.unanswered:,} of them, whose values it refuses"
        if self.gone:
            line += (
                f"; it was fitted on {', '.join(self.gone)}, which the spec does not name any more and which has no "
                f"value in these rows. A candidate on the spec's columns goes to the gate"
            )
        return line


def score(context: Context) -> ScoreReport:
    """Score the committed batches that arrived, or were released, since the last scoring. A row is predicted once,
    whichever version is champion later.

    Two versions predict beside the live one: the first champion, because the difference is what retraining is worth,
    and the previous champion, which may turn out to be better.
    """
    spec = context.spec
    tables = context.tables
    version = heal_and_read_champion(context)
    controls = read_rows(tables, Control, spec.model)
    if mode_of(controls) == "retired":
        return ScoreReport(spec.model, version, 0, retired=mode_in_words(controls))
    if version is None:
        return ScoreReport(spec.model, None, 0)
    report = _SCORES[kind_of(spec).learns](context, version)
    _log.info(report.summary)
    return report


def _score_series(context: Context, version: str) -> ScoreReport:
    """A panel takes in the new points and forecasts the next steps."""
    source = read_source(context.spec, context.tables)
    manifests = source.numbers.of_manifests(read_rows(context.tables, Manifest, context.model))
    champion = manifest_of_version(manifests, context.model, version)
    check_kind(context, champion)
    scored = score_panel(context, source, champion)
    return ScoreReport(context.model, version, scored.rows, scored.unanswered)


def _score_rows(context: Context, version: str) -> ScoreReport:
    spec = context.spec
    tables = context.tables
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_rows, tables, Manifest, spec.model)
        promotions = pool.submit(read_rows, tables, Promotion, spec.model)
        ingested = pool.submit(read_source, spec, tables)

    source = ingested.result()
    manifests = source.numbers.of_manifests(reading.result())
    champion = manifest_of_version(manifests, spec.model, version)
    check_kind(context, champion)
    scored = predictions.last_scored_batch(tables, spec.model, source.name, source.numbers.begun)
    after = max(scored, champion.batch_seq)
    if source.committed.through <= after:
        return ScoreReport(spec.model, version, 0)

    history = promotions.result()
    first = first_champion(history)
    previous = find_previous_champion(context, history, version)
    names = dict.fromkeys(name for name in (version, first, previous) if name)
    versions = [manifest_of_version(manifests, spec.model, name) for name in names]
    return _score_batches(context, source, versions, after)


_SCORES: Mapping[Learns, Callable[[Context, str], ScoreReport]] = {"rows": _score_rows, "series": _score_series}
"""By what a kind learns."""


def _score_batches(context: Context, source: IngestedSource, versions: list[Manifest], after: int) -> ScoreReport:
    """Predicts and stores. The first version is the champion; the others predict the same rows."""
    spec = context.spec
    tables = context.tables
    kind = kind_of(spec)
    arrived = source.current_rows(Selection(newer_than=after))
    texts = ((F.lit(name), F.col(f"`{name}`").try_cast("string")) for name in spec.source.keys)
    keys = F.create_map(*(part for pair in texts for part in pair))
    predictions.create_predictions(tables, spec.model, kind.prediction_type)

    stored = source.predictions(spec.model)
    unscored = arrived.join(stored.select(ROW_KEY).distinct(), ROW_KEY, "left_anti")
    fitted = {_column_of(each): load_fitted(spec, context.registry, each, arrived) for each in versions}
    champion = fitted[_column_of(versions[0])]
    kept = [ROW_KEY, BATCH_SEQ, _KEYS]
    predicted = predict_rows(kind, unscored.withColumn(_KEYS, keys), kept, fitted, with_probabilities=True)

    by_version = F.explode(F.array(*(_of_version(each, kind) for each in versions))).alias("of_version")
    new_rows = (
        predicted.join(_first_batches(context, source, versions), ROW_KEY, "left")
        .join(known_to_other_sources(context, arrived, versions).withColumn(_OTHER, F.lit(True)), ROW_KEY, "left")
        .select(*kept, by_version)
        .select(*kept, "of_version.*")
        .withColumnRenamed(_KEYS, predictions.KEYS)
        .withColumns({"run_id": F.lit(context.run.run_id), "scored_at": F.lit(context.run.started_at)})
    )
    predictions.append_predictions(tables, spec.model, new_rows, source.name, source.committed.through)

    by_champion = F.col("model_version") == F.lit(versions[0].version)
    made = source.predictions(spec.model).where(observations.arrived_after(source.committed, after) & by_champion)
    rows, unanswered = made.agg(F.count(F.lit(1)), F.count_if(kind.is_broken("prediction"))).collect()[0]
    return ScoreReport(spec.model, versions[0].version, rows, unanswered, _gone(spec, champion, arrived))


def _column_of(manifest: Manifest) -> str:
    return f"_by_{manifest.version}"


def _of_version(manifest: Manifest, kind: Kind) -> Column:
    """What one version says of a row, as the table has it."""
    column = _column_of(manifest)
    probabilities = [F.col(f"{column}{PROBABILITIES}").alias(predictions.PROBABILITIES)]
    return F.struct(
        F.lit(manifest.version).alias("model_version"),
        F.col(column).alias("prediction"),
        *(probabilities if kind.has_probabilities else []),
        _seen(manifest).alias("seen_in_training"),
    )


def _seen(manifest: Manifest) -> Column:
    """Whether a version may have learned the row: its key came in time, or under another source's name."""
    known = F.col(_OTHER) if from_another_source(manifest) else F.col(_FIRST) <= F.lit(manifest.batch_seq)
    return F.coalesce(known, F.lit(False))


def _gone(spec: ModelSpec, champion: FittedVersion, arrived: DataFrame) -> tuple[str, ...]:
    """Asked only where the champion was fitted on other columns than the spec names: it costs a pass over the rows."""
    others = [each for each in champion.features if each.name not in spec.columns.features]
    if not others:
        return ()
    columns = columns_of_features(others, arrived)
    counted = arrived.agg(*(F.count(column) for column in columns)).collect()[0]
    return tuple(each.name for each, rows in zip(others, counted, strict=True) if not rows)


def _first_batches(context: Context, source: IngestedSource, versions: list[Manifest]) -> DataFrame:
    """`_row_key` and `_first`: the first batch with the key, among those that any of the versions may have learned."""
    since = observations.usable_since(source.committed)
    newest = max(manifest.batch_seq for manifest in versions)
    learned = observations.arrived_after(source.committed, 0) & (since <= newest)
    rows = context.tables.read(observations.table_of(source.name)).where(learned)
    return rows.groupBy(ROW_KEY).agg(F.min(since).alias(_FIRST))

"""Predict new rows once, at arrival, with the champion pinned at this moment."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.observations import BATCH_SEQ, Selection
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.control import Control
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.history import first_champion
from retraining.rules.champion.mode import mode_in_words, mode_of
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.champion.live_versions import find_previous_champion, heal_and_read_champion
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import load_version, manifest_of_version
from retraining.steps.dataset.other_sources import keys_of_other_sources
from retraining.steps.dataset.predict_rows import predict_rows

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
    retired: str | None = None
    """Since when the model is retired, and why; None for every other one."""

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.retired:
            return f"{self.model}: nothing scored. {self.retired}"
        if self.champion_version is None:
            return f"{self.model}: no champion yet, nothing scored"
        return f"{self.model}: {self.rows:,} rows scored by version {self.champion_version}"


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
        return ScoreReport(spec.model, version, 0, mode_in_words(controls))
    if version is None:
        return ScoreReport(spec.model, None, 0)

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_rows, tables, Manifest, spec.model)
        promotions = pool.submit(read_rows, tables, Promotion, spec.model)
        ingested = pool.submit(read_source, spec, tables)

    source = ingested.result()
    manifests = source.numbers.of_manifests(reading.result())
    champion = manifest_of_version(manifests, spec.model, version)
    scored = predictions.last_scored_batch(tables, spec.model, source.name, source.numbers.begun)
    after = max(scored, champion.batch_seq)
    if source.committed.through <= after:
        return ScoreReport(spec.model, version, 0)

    history = promotions.result()
    first = first_champion(history)
    previous = find_previous_champion(context, history, version)
    names = dict.fromkeys(name for name in (version, first, previous) if name)
    versions = [manifest_of_version(manifests, spec.model, name) for name in names]
    rows = _score_batches(context, source, versions, after)

    report = ScoreReport(spec.model, version, rows)
    _log.info(report.summary)
    return report


def _score_batches(context: Context, source: IngestedSource, versions: list[Manifest], after: int) -> int:
    """Predicts and stores; returns the number of rows that the first version predicted. The others predict the same
    rows."""
    spec = context.spec
    tables = context.tables
    arrived = source.current_rows(Selection(newer_than=after))
    predictions.create_predictions(tables, spec.model, kind_of(spec).prediction_type)
    stored = source.predictions(spec.model)
    unscored = arrived.join(stored.select(ROW_KEY).distinct(), ROW_KEY, "left_anti")
    estimators = {f"_by_{manifest.version}": load_version(context.registry, manifest) for manifest in versions}
    predicted = predict_rows(spec, unscored, [ROW_KEY, BATCH_SEQ], estimators)

    by_version = [
        F.struct(
            F.lit(manifest.version).alias("model_version"),
            F.col(f"_by_{manifest.version}").alias("prediction"),
            _seen(manifest).alias("seen_in_training"),
        )
        for manifest in versions
    ]
    new_rows = (
        predicted.join(_first_batches(context, source, versions), ROW_KEY, "left")
        .join(keys_of_other_sources(tables, versions).withColumn(_OTHER, F.lit(True)), ROW_KEY, "left")
        .select(ROW_KEY, BATCH_SEQ, F.explode(F.array(*by_version)).alias("of_version"))
        .select(ROW_KEY, BATCH_SEQ, "of_version.*")
        .withColumns({"run_id": F.lit(context.run.run_id), "scored_at": F.lit(context.run.started_at)})
    )
    predictions.append_predictions(tables, spec.model, new_rows, source.name, source.committed.through)

    by_champion = F.col("model_version") == F.lit(versions[0].version)
    stored = source.predictions(spec.model)
    return stored.where(observations.arrived_after(source.committed, after) & by_champion).count()


def _seen(manifest: Manifest) -> Column:
    """Whether a version may have learned the row: its key came in time, or under another source's name."""
    known = F.col(_OTHER) if from_another_source(manifest) else F.col(_FIRST) <= F.lit(manifest.batch_seq)
    return F.coalesce(known, F.lit(False))


def _first_batches(context: Context, source: IngestedSource, versions: list[Manifest]) -> DataFrame:
    """`_row_key` and `_first`: the first batch with the key, among those that any of the versions may have learned."""
    since = observations.usable_since(source.committed)
    newest = max(manifest.batch_seq for manifest in versions)
    learned = observations.arrived_after(source.committed, 0) & (since <= newest)
    rows = context.tables.read(observations.table_of(source.name)).where(learned)
    return rows.groupBy(ROW_KEY).agg(F.min(since).alias(_FIRST))

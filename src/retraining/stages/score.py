"""Predict new rows once, at arrival, with the champion pinned at this moment."""

import logging
from dataclasses import dataclass

from pyspark.sql import functions as F

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.records.manifest import Manifest
from retraining.records.run import Run
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource, read_source
from retraining.stages.steps.load_version import load_version, manifest_of_version
from retraining.stages.steps.predict_rows import predict_rows, prediction_type

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoreReport:
    """Which champion scored, and how many rows. champion_version is None before the first promotion: nothing is scored
    then."""

    model: str
    champion_version: str | None
    rows: int

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.champion_version is None:
            return f"{self.model}: no champion yet, nothing scored"
        return f"{self.model}: {self.rows:,} rows scored by version {self.champion_version}"


def score(spec: ModelSpec, tables: Tables, registry: Registry, run: Run) -> ScoreReport:
    """Score the committed batches that have arrived since the last scoring. A row is predicted once, whoever is
    champion later."""
    champion = registry.version_of(spec.model, CHAMPION)
    if champion is None:
        return ScoreReport(spec.model, None, 0)
    manifest = manifest_of_version(read_rows(tables, Manifest, spec.model), spec.model, champion)
    source = read_source(spec, tables)
    after = max(predictions.last_scored_batch(tables, spec.model), manifest.batch_seq)
    if source.committed.through <= after:
        return ScoreReport(spec.model, champion, 0)
    rows = _score_batches(spec, source, tables, registry, run, manifest, after)
    report = ScoreReport(spec.model, champion, rows)
    _log.info(report.summary)
    return report


def _score_batches(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    run: Run,
    champion: Manifest,
    after: int,
) -> int:
    rows = observations.current_rows(tables, source.name, source.committed, source.ledger.column)
    arrived = rows.where(F.col(BATCH_SEQ) > F.lit(after))
    predictions.create_predictions(tables, spec.model, prediction_type(spec))
    scored = tables.read(predictions.table_of(spec.model))
    unseen = arrived.join(scored.select(ROW_KEY), ROW_KEY, "left_anti")
    estimator = load_version(registry, champion)
    made = predict_rows(spec, unseen, [ROW_KEY, BATCH_SEQ], {"prediction": estimator})
    trained = tables.read(observations.table_of(source.name)).where(F.col(BATCH_SEQ) <= F.lit(champion.batch_seq))
    seen = trained.select(ROW_KEY).distinct().withColumn("seen_in_training", F.lit(True))
    stored = made.join(seen, ROW_KEY, "left").withColumns(
        {
            "seen_in_training": F.coalesce("seen_in_training", F.lit(False)),
            "model_version": F.lit(champion.version),
            "run_id": F.lit(run.run_id),
            "scored_at": F.lit(run.started_at),
        }
    )
    predictions.append_predictions(tables, spec.model, stored, source.committed.through)
    return scored.where(F.col(BATCH_SEQ) > F.lit(after)).count()

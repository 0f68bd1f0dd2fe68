"""The version that goes live after the gate: the candidate, or its recipe fitted again with the hold-out."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from pyspark.sql import functions as F

from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.records.drift_reference import DriftReference
from retraining.records.gate_result import GateResult
from retraining.records.manifest import Manifest
from retraining.records.run import Run
from retraining.rules.drift.fit_references import fit_references
from retraining.rules.gate.refit import RefitCheck
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.evaluate_on_holdout import holdout_rows
from retraining.stages.steps.fit_version import fit_version
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.load_version import load_version
from retraining.stages.steps.metric_of import metric_of
from retraining.stages.steps.model_frame import LABEL
from retraining.stages.steps.predict_rows import is_broken, predict_rows
from retraining.stages.steps.training_frame import Bounds, read_training_frame


def deployed_version(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    run: Run,
    candidate: Manifest,
    manifests: list[Manifest],
    checks: Sequence[GateResult],
) -> tuple[str, tuple[str, ...]]:
    """The version, and a sentence on its refit where the spec asks for one.

    A refit that is not close to the candidate stays a version that nothing points to, and the candidate goes live.
    """
    if not spec.gate.refits:
        return str(candidate.version), ()
    refit = _refit(spec, source, tables, registry, run, candidate, manifests)
    found = _check(spec, source, tables, registry, candidate, refit, checks)
    if found.passes:
        return str(refit.version), (found.sentence,)
    _append_references(spec, source, tables, registry, run, candidate)
    return str(candidate.version), (found.sentence,)


def _refit(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    run: Run,
    candidate: Manifest,
    manifests: list[Manifest],
) -> Manifest:
    same_fit = (candidate.evaluation_id, candidate.code_version)
    refits = [row for row in manifests if row.role == "refit" and row.state == "RESERVED"]
    reserved = next(row for row in refits if (row.evaluation_id, row.code_version) == same_fit)
    same_window = replace(reserved, window_days=candidate.window_days)
    return fit_version(spec, source, tables, registry, run, same_window, manifests)


def _check(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    candidate: Manifest,
    refit: Manifest,
    checks: Sequence[GateResult],
) -> RefitCheck:
    """Both versions' predictions of the hold-out; its labels are not looked at."""
    models = {"_candidate": load_version(registry, candidate), "_refit": load_version(registry, refit)}
    rows = holdout_rows(spec, source, tables, candidate, None)
    predicted = predict_rows(spec, rows, [LABEL], models)
    if spec.kind == "regression":
        difference = F.sqrt(F.avg((F.col("_refit") - F.col("_candidate")) ** 2))
    else:
        difference = F.avg((~F.col("_refit").eqNullSafe(F.col("_candidate"))).cast("double"))
    broken = F.count_if(is_broken(spec, "_refit"))
    count, missing, distance = predicted.agg(F.count(F.lit(1)), broken, difference).collect()[0]
    error = next((row.candidate_error for row in checks if row.metric == metric_of(spec)), None)
    return RefitCheck(metric_of(spec), count, missing, distance, error)


def _append_references(
    spec: ModelSpec, source: IngestedSource, tables: Tables, registry: Registry, run: Run, candidate: Manifest
) -> None:
    """What the candidate's rows look like; otherwise written for refits only, because candidates seldom go live."""
    known, version = read_rows(tables, DriftReference, spec.model), str(candidate.version)
    if any(row.version == version for row in known):
        return
    ledger = source.ledger
    start, before = ledger.from_text(candidate.train_from), ledger.from_text(candidate.train_before)
    frame = read_training_frame(spec, tables, source, Bounds(candidate.batch_seq, start, before))
    days = None if frame.days is None else pd.Series(frame.days.astype("datetime64[D]"))
    predicted = load_version(registry, candidate).predict(frame.features)
    made = fit_references(spec, frame.features, predicted, days, spec.period_days, version, next_seq(known), run)
    append_rows(tables, "references", made)

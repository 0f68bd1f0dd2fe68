"""Fit or update one candidate on the rows before the hold-out, register it as challenger."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from retraining.adapters.registry.registry import CHALLENGER
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.failpoints import hit
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Learns
from retraining.records.decision import Decision
from retraining.records.version import LeftOut, Manifest, Role
from retraining.rules.ingest.batch_numbers import BEFORE_THE_FIRST
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.model_history import ModelHistory, read_history
from retraining.steps.panel.fit_panel import fit_panel
from retraining.steps.training.fit_version import log_fit, store_fit

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetrainReport:
    """The challenger. retrain_key is empty when the decision was to keep the champion: nothing was trained then."""

    model: str
    retrain_key: str
    manifest: Manifest | None

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.manifest
        if row is None:
            return f"{self.model}: the decision was to keep the champion; nothing was trained"

        how = f"updated from version {row.base_version} with" if row.base_version else "trained on"
        window = f" (the newest {row.window_days} days)" if row.window_days else ""
        sampled = ", a sample by key of more than policy.max_rows," if row.sampled else ""
        rows = f"{row.trained_rows:,} rows{sampled} until {row.trained_until}{window}"
        judged = f", judged on [{row.holdout_from}, {row.holdout_before})" if row.holdout_from else ""
        return f"{self.model}: version {row.version} {how} {rows}{judged}"


def retrain(context: Context, evaluation_id: str | None = None) -> RetrainReport:
    """Carry out a decision (default: the newest): reserve its keys, fit, log, register, set the alias challenger.

    The same decision, code and spec lead to the same version however often this runs.
    """
    spec = context.spec
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_history, context)
        ingested = pool.submit(read_source, spec, context.tables)

    source = ingested.result()
    history = reading.result().numbered_by(source.numbers)
    decision = _decision(history, evaluation_id)
    if not decision.should_retrain:
        return RetrainReport(spec.model, "", None)

    manifests = _with_reservation(context, decision, history.manifests)
    hit("retrain.after_reserve")
    candidate = next(row for row in manifests if row.retrain_key == _key(context, decision, "candidate"))
    manifest = _FITS[kind_of(spec).learns](context, source, candidate, manifests)

    if manifest.version and context.registry.version_of(spec.model, CHALLENGER) != manifest.version:
        context.registry.set_alias(spec.model, CHALLENGER, manifest.version)
    hit("retrain.after_challenger")

    report = RetrainReport(spec.model, manifest.retrain_key, manifest)
    _log.info(report.summary)
    return report


def _fit_rows(context: Context, source: IngestedSource, candidate: Manifest, manifests: Sequence[Manifest]) -> Manifest:
    return store_fit(context, log_fit(context, source, candidate, manifests), manifests)


_Fit = Callable[[Context, IngestedSource, Manifest, Sequence[Manifest]], Manifest]
_FITS: Mapping[Learns, _Fit] = {"rows": _fit_rows, "series": fit_panel}
"""By what a kind learns."""


def _decision(history: ModelHistory, evaluation_id: str | None) -> Decision:
    named = [row for row in history.decisions if not evaluation_id or row.evaluation_id == evaluation_id]
    if not named:
        raise NothingToDoError(f"{history.model}: no decision {evaluation_id or 'yet'}. Run 02_check_drift first.")
    if named[-1].batch_seq == BEFORE_THE_FIRST:
        raise NothingToDoError(
            f"{history.model}: the newest decision is about batches of source `{named[-1].source}`, which is not the "
            f"model's source any more. Run 02_check_drift first."
        )
    return named[-1]


def _with_reservation(context: Context, decision: Decision, manifests: Sequence[Manifest]) -> Sequence[Manifest]:
    """The manifests, with the decision's keys reserved. Both roles in one commit: the refit's rows are known by now."""
    reserved_before = {row.retrain_key for row in manifests}
    if _key(context, decision, "candidate") in reserved_before:
        return manifests

    roles: tuple[Role, ...] = ("candidate", "refit") if context.spec.gate.refits else ("candidate",)
    reserved = [_reservation(context, decision, role, next_seq(manifests)) for role in roles]
    append_rows(context.tables, "retrain", reserved)
    return [*manifests, *reserved]


def _key(context: Context, decision: Decision, role: Role) -> str:
    """Names a fit: the same model, data, action, role, code and spec are never fitted twice."""
    bounds = [decision.holdout_from or "", decision.holdout_before or ""]
    parts = [
        context.model,
        str(decision.batch_seq),
        decision.action,
        role,
        *bounds,
        context.run.code_version,
        context.spec.hash,
        *(f"without {days.first} to {days.last}" for days in _left_out(decision)),
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _left_out(decision: Decision) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(days.first, days.last) for days in decision.doubted if days.left_out)


def _reservation(context: Context, decision: Decision, role: Role, seq: int) -> Manifest:
    judged = role == "candidate"

    return Manifest(
        model=context.model,
        retrain_key=_key(context, decision, role),
        role=role,
        state="RESERVED",
        seq=seq,
        evaluation_id=decision.evaluation_id,
        action="update" if decision.action == "update" else "refit",
        base_version=decision.champion_version if decision.action == "update" else None,
        batch_seq=decision.batch_seq,
        window_days=None,
        train_from=None,
        train_before=decision.holdout_from if judged else None,
        holdout_from=decision.holdout_from if judged else None,
        holdout_before=decision.holdout_before if judged else None,
        trained_until=None,
        trained_rows=None,
        sampled=None,
        data_hash=None,
        observations_version=None,
        trivial_prediction=None,
        fit_seconds=None,
        version=None,
        mlflow_run_id=None,
        digest=None,
        spec_hash=context.spec.hash,
        code_version=context.run.code_version,
        **context.stamp,
        learning_hash=context.spec.learning_hash,
        source=context.spec.source_name,
        left_out=_left_out(decision),
    )

"""One command back: an earlier champion goes live again, and the version left is refused from then on."""

import logging
from dataclasses import dataclass

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.failpoints import hit
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.rules.rollback_target import rollback_target
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.apply_newest_decision import apply_newest_decision
from retraining.stages.steps.ingested_source import read_source

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RollbackReport:
    """The rollback, as decided under its request."""

    promotion: Promotion

    @property
    def summary(self) -> str:
        """One line for people."""
        made = self.promotion
        return f"{made.model}: back from version {made.previous_version} to {made.version}. {' '.join(made.reasons)}"


def rollback(
    spec: ModelSpec,
    tables: Tables,
    registry: Registry,
    run: Run,
    to_version: str | None = None,
    reason: str | None = None,
) -> RollbackReport:
    """Resolve the target once, store it under this run's id, let the alias follow. The same run repeated only
    reconciles."""
    promotions = apply_newest_decision(spec.model, tables, registry, run)
    decided = [row for row in promotions if row.request_id == run.run_id and row.state == "DECIDED"]
    if decided:
        return RollbackReport(decided[-1])
    champion = registry.version_of(spec.model, CHAMPION)
    if champion is None:
        raise NothingToDoError(
            f"{spec.model} has no champion, so there is nothing to roll back. Run `retraining` first."
        )
    decision = Promotion(
        model=spec.model,
        seq=next_seq(promotions),
        state="DECIDED",
        outcome="ROLLBACK",
        version=rollback_target(promotions, champion, to_version),
        previous_version=champion,
        candidate_version=None,
        retrain_key=None,
        request_id=run.run_id,
        batch_seq=read_source(spec, tables).committed.through,
        reasons=(reason or "No reason was given.",),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    append_rows(tables, "promote", [decision])
    hit("rollback.after_decision")
    apply_newest_decision(spec.model, tables, registry, run)
    report = RollbackReport(decision)
    _log.info(report.summary)
    return report

"""After a rollback, retraining waits for newer rows. An operator who has found the cause can end the wait."""

import logging
from dataclasses import dataclass

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.records.promotion import Promotion
from retraining.requests.reason import given_reason
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import same_release, waits_after_batch
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import read_source

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReleaseRetrainingReport:
    """The release, as stored under its request."""

    promotion: Promotion

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.promotion
        return (
            f"{row.model}: retraining goes on at batch {row.batch_seq}, with version {row.version} as champion. "
            f"{' '.join(row.reasons)}"
        )


def release_retraining(context: Context, reason: str | None) -> ReleaseRetrainingReport:
    """End the wait that a rollback began, once. The same request again, by its reason, finds the release.

    No alias moves. The next drift check makes a new decision, even on the same batch. A fit equal to the version that
    was rolled back stays refused.

    Raises ParameterError without a reason, NothingToDoError when nothing waits.
    """
    spec = context.spec
    why = given_reason(reason, "Say why retraining may go on; it is stored with it.")
    rows = read_rows(context.tables, Promotion, spec.model)
    stored = [row for row in rows if row.request_id == context.run.run_id and row.outcome == "RELEASED"]
    earlier = stored[-1] if stored else same_release(rows, why)
    if earlier:
        return ReleaseRetrainingReport(earlier)

    source = read_source(spec, context.tables)
    newest = source.committed.through
    _check_waiting(spec, source.numbers.of_promotions(rows), newest)

    live = newest_move(rows)
    version = live.version if live else None
    release = Promotion(
        model=spec.model,
        seq=next_seq(rows),
        state="DECIDED",
        outcome="RELEASED",
        version=version,
        previous_version=version,
        candidate_version=None,
        retrain_key=None,
        request_id=context.run.run_id,
        batch_seq=newest,
        reasons=(why,),
        source=spec.source_name,
        decided_by=context.run.started_by(),
        **context.stamp,
    )
    append_rows(context.tables, "promote", [release])

    report = ReleaseRetrainingReport(release)
    _log.info(report.summary)
    return report


def _check_waiting(spec: ModelSpec, rows: list[Promotion], newest: int) -> None:
    waits = waits_after_batch(rows)
    if waits is None:
        found = "no rollback was made since the last release, or ever"
    elif newest > waits:
        found = f"the rollback at batch {waits} waited for a newer batch, and batch {newest} has arrived"
    else:
        return

    raise NothingToDoError(f"{spec.model}: {found}, so retraining does not wait and there is nothing to release.")

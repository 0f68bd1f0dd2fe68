"""After a rollback and behind a data fault, retraining waits. An operator who knows the cause can end the wait."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.records.change import DataFault
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.requests.reason import check_one_request, given_reason
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import same_release, waits_after_batch
from retraining.rules.drift.data_faults import faults_in_words, open_faults
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.decide.open_data_faults import answers_to_faults

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReleaseRetrainingReport:
    """The release, as stored under its request."""

    promotion: Promotion

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.promotion
        answered = f" Answered: {faults_in_words(row.answers)}" if row.answers else ""
        return (
            f"{row.model}: retraining goes on at batch {row.batch_seq}, with version {row.version} as champion. "
            f"{' '.join(row.reasons)}{answered}"
        )


def release_retraining(context: Context, reason: str | None) -> ReleaseRetrainingReport:
    """End the wait that a rollback began, and answer the data faults that the newest decision names: the rows are
    right. The same request again, by its reason, finds the release unless something waits once more.

    No alias moves. The next drift check makes a new decision, even on the same batch. A fit equal to the version that
    was rolled back stays refused.

    Raises ParameterError without a reason, NothingToDoError when nothing waits.
    """
    spec = context.spec
    why = given_reason(reason, "Say why retraining may go on; it is stored with it.")
    rows = read_rows(context.tables, Promotion, spec.model)
    stored = next((row for row in rows if row.request_id == context.run.run_id and row.outcome == "RELEASED"), None)
    if stored:
        check_one_request(context.run.run_id, stored.reasons == (why,))
        return ReleaseRetrainingReport(stored)

    source = read_source(spec, context.tables)
    newest = source.committed.through
    numbered = source.numbers.of_promotions(rows)
    waits = waits_after_batch(numbered)
    faults = _open_faults(context, source, numbered)
    if not faults and (waits is None or newest > waits):
        earlier = same_release(rows, why)
        if earlier:
            return ReleaseRetrainingReport(earlier)
        raise NothingToDoError(_nothing_waits(spec, waits, newest))

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
        answers=faults,
        **context.stamp,
    )
    append_rows(context.tables, "promote", [release])

    report = ReleaseRetrainingReport(release)
    _log.info(report.summary)
    return report


def _open_faults(context: Context, source: IngestedSource, promotions: Sequence[Promotion]) -> tuple[DataFault, ...]:
    """Those that a decision has named. A fault that no decision has seen yet cannot be answered."""
    decisions = source.numbers.of_decisions(read_rows(context.tables, Decision, context.model))
    return open_faults((), decisions, answers_to_faults(context.spec, source, promotions))


def _nothing_waits(spec: ModelSpec, waits: int | None, newest: int) -> str:
    found = "no rollback was made since the last release, or ever"
    if waits is not None:
        found = f"the rollback at batch {waits} waited for a newer batch, and batch {newest} has arrived"
    return (
        f"{spec.model}: {found}, and no data fault is open, so retraining does not wait and there is nothing to "
        f"release."
    )

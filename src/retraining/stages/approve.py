"""A person approves or refuses a waiting candidate. Approved, it goes live with the next promotion; refused, never."""

import logging
from dataclasses import dataclass, replace

from retraining.adapters.tables.ledgers_of_model import append_rows, read_rows
from retraining.context import Context
from retraining.errors import ApprovalError, NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.requests.reason import check_one_request
from retraining.rules.champion.approval import (
    Answer,
    answer_in_words,
    is_not_carried_out,
    same_answer,
    waiting,
    why_not_approved_by,
)
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.wait_for_approval import answered, reject_expired

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ApprovalReport:
    """The answer, as stored under its request."""

    promotion: Promotion

    @property
    def retrain_key(self) -> str:
        """The candidate, for the promotion that carries an approval out."""
        return str(self.promotion.retrain_key)

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.promotion
        answer = "approved" if row.outcome == "APPROVED" else "refused"
        return f"{row.model}: candidate version {row.candidate_version} is {answer}. {' '.join(row.reasons)}"


def approve(
    context: Context, answer: str | None, candidate: str | None = None, reason: str | None = None
) -> ApprovalReport:
    """Store the answer, yes or no, for a waiting candidate (its version or retrain_key; default: the only one), once.
    No alias moves here. Promotion moves it, if the candidate was judged against the present champion.

    The same run repeated finds its answer. So does another run with the same answer, reason and candidate, where the
    candidate does not wait any more; an answer that promotion has not carried out yet comes before any other candidate.

    Raises ParameterError without an answer or a reason, NothingToDoError when no such candidate waits, ApprovalError
    when the spec names its authors and one of them says yes, or nothing proves who does.
    """
    run = context.run
    if answer not in ("yes", "no"):
        raise ParameterError(f"approve {answer or ''!r}: expected yes or no.")
    if reason is None or not reason.strip():
        raise ParameterError("The widget `reason` is empty. Say why; it is stored with the answer.")

    rows = read_rows(context.tables, Promotion, context.model)
    stored = [row for row in rows if row.request_id == run.run_id and row.outcome in ("APPROVED", "REJECT")]
    outcome: Answer = "APPROVED" if answer == "yes" else "REJECT"
    if stored:
        check_one_request(run.run_id, same_answer(stored, outcome, reason.strip(), candidate) is not None)
        return ApprovalReport(stored[-1])

    rows = reject_expired(context, rows)
    earlier = same_answer(rows, outcome, reason.strip(), candidate)
    if earlier and (is_not_carried_out(rows, earlier) or not _waits(rows, candidate)):
        return ApprovalReport(earlier)

    question = _waiting_candidate(context.spec, rows, candidate)
    sentence = answer_in_words(outcome, run.run_id, reason.strip())
    answered_row = answered(rows, question, outcome, sentence, run)
    person = run.started_by()
    if outcome == "APPROVED" and (why := why_not_approved_by(person, context.spec.gate.authors)):
        raise ApprovalError(f"{context.model}: candidate version {question.candidate_version} still waits. {why}")
    decision = replace(answered_row, request_id=run.run_id, decided_by=person)
    append_rows(context.tables, "promote", [decision])

    report = ApprovalReport(decision)
    _log.info(report.summary)
    return report


def _waits(rows: list[Promotion], candidate: str | None) -> bool:
    return any(candidate in (None, row.candidate_version, row.retrain_key) for row in waiting(rows))


def _waiting_candidate(spec: ModelSpec, rows: list[Promotion], candidate: str | None) -> Promotion:
    """The row that waits for approval of the candidate. Raises where there is not exactly one."""
    questions = waiting(rows)
    matching = [row for row in questions if candidate in (None, row.candidate_version, row.retrain_key)]
    if len(matching) == 1:
        return matching[0]

    names = ", ".join(str(row.candidate_version) for row in questions) or "none"
    if not matching:
        closed = [row for row in rows if candidate in (row.candidate_version, row.retrain_key)] if candidate else []
        why = f" {closed[-1].outcome}: {' '.join(closed[-1].reasons)}" if closed else ""
        raise NothingToDoError(
            f"{spec.model}: no candidate {f'{candidate} ' if candidate else ''}waits for approval.{why} "
            f"Candidate versions that wait: {names}."
        )

    raise ParameterError(
        f"{spec.model}: {len(matching)} candidates wait for approval. Name one with candidate: {names}."
    )

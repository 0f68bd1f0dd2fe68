"""What people must know, read from decisions and promotions: an incident opens once, goes on, and is resolved.

Both are the truth: one is made once for the same evidence, so the incidents that follow from it are the same too. The
table `incidents` repeats them for dashboards and alerts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Literal, get_args

from retraining.records.decision import Decision
from retraining.records.event import DecidedKind, Incident, IncidentChange
from retraining.records.promotion import Promotion
from retraining.rules.champion.approval import Question, questions
from retraining.rules.drift.data_faults import faults_in_words, ways_out
from retraining.rules.performance.grown_error import error_has_grown, error_in_words, error_is_back

Finding = Literal["raised", "clear", "open"]
"""open: neither; an incident stays as it is."""
CLEAR_SHARE = 0.8
"""An error has recovered below this part of what raises the alert, so that it does not open and close in turns."""
_KINDS: tuple[DecidedKind, ...] = get_args(DecidedKind)


def incidents(decisions: Iterable[Decision]) -> list[Incident]:
    """All incidents that the decisions of one model found, oldest first; decisions in the order they were made."""
    known: list[Incident] = []
    open_places: dict[DecidedKind, int] = {}  # where in known the open incident of a kind is
    blamed: dict[DecidedKind, str | None] = {}  # the champion that it is about

    for decision in decisions:
        for kind in _KINDS:
            place = open_places.get(kind)
            found, what = _FINDINGS[kind](decision)
            if kind == "previous_wins" and blamed.get(kind) != decision.champion_version and found == "open":
                found = "clear"
            if found == "raised":
                blamed[kind] = decision.champion_version
            if found == "raised" and place is None:
                open_places[kind] = len(known)
                known.append(_opened(kind, decision, what))
            elif found == "raised" and place is not None:
                known[place] = _seen_again(known[place], decision, what)
            elif found == "clear" and place is not None:
                known[place] = _resolved(known[place], decision, what)
                del open_places[kind]

    return known


def waiting_candidates(promotions: Sequence[Promotion]) -> list[Incident]:
    """An incident for each candidate that waits or waited for a person, oldest first: open until it is answered."""
    return [_of_question(each) for each in questions(promotions)]


def news_of_run(known: Iterable[Incident], run_ids: Collection[str]) -> list[Incident]:
    """Incidents that a run opened or resolved. One that only went on was reported when it opened. A run by hand has
    several ids."""
    return [each for each in known if each.opened_run in run_ids or (each.newest_run in run_ids and not each.is_open)]


def not_stored(known: Iterable[Incident], stored: Iterable[IncidentChange]) -> list[Incident]:
    """Incidents of which no row says how they stand, oldest first. One that was opened and resolved before anybody
    stored it has one row."""
    there = {(row.incident, row.state) for row in stored}
    return [each for each in known if (each.id, each.state) not in there]


def not_notified(known: Iterable[Incident], stored: Sequence[IncidentChange]) -> list[Incident]:
    """Incidents of which people do not know how they stand, oldest first: this run found it, the run that did was
    killed, or a webhook did not answer. The end of one whose begin has no row is left out."""
    notified = {(row.incident, row.state) for row in stored if row.notified is not False}
    begun = {row.incident for row in stored if row.state == "open"}
    return [each for each in known if (each.id, each.state) not in notified and (each.is_open or each.id in begun)]


def _of_question(question: Question) -> Incident:
    asked = question.asked
    newest = question.answer or asked
    candidate = f"{asked.model}: candidate version {asked.candidate_version}"
    live = f"version {asked.previous_version} stays live" if asked.previous_version else "no version is live"
    waits = f"{candidate} waits. {asked.reasons[0]} Since batch {asked.batch_seq}. Next: {live} until a person answers."

    return Incident(
        model=asked.model,
        kind="approval",
        opened_batch=asked.batch_seq,
        opened_run=asked.run_id,
        opened_at=asked.at,
        newest_batch=newest.batch_seq,
        newest_run=newest.run_id,
        resolved_batch=question.answer.batch_seq if question.answer else None,
        line=f"{candidate} no longer waits. {newest.reasons[0]}" if question.answer else waits,
        question=asked.seq,
    )


def _opened(kind: DecidedKind, decision: Decision, what: str) -> Incident:
    line = _line(decision, what, decision.batch_seq)
    batch = decision.batch_seq
    run = decision.run_id
    return Incident(decision.model, kind, batch, run, decision.at, batch, run, None, line)


def _seen_again(incident: Incident, decision: Decision, what: str) -> Incident:
    line = _line(decision, what, incident.opened_batch)
    return replace(incident, newest_batch=decision.batch_seq, newest_run=decision.run_id, line=line)


def _resolved(incident: Incident, decision: Decision, what: str) -> Incident:
    line = f"{decision.model}: resolved with batch {decision.batch_seq}. {what}"
    return replace(_seen_again(incident, decision, what), resolved_batch=decision.batch_seq, line=line)


def _line(decision: Decision, what: str, opened: int) -> str:
    day = f", the change itself since {decision.change_since.isoformat()}" if decision.change_since else ""
    return f"{decision.model}: {what} Since batch {opened}{day}. Next: {_next(decision)}"


def _next(decision: Decision) -> str:
    if decision.action == "rollback":
        return f"version {decision.previous_version} goes live again."
    if decision.should_retrain:
        return "a challenger is trained, and the gate decides whether it goes live."
    if decision.open_faults and not decision.frozen:
        return f"version {decision.champion_version} stays live, and nothing is trained until a person answers."
    advice = f" {decision.change_response}" if decision.change_response else ""
    return f"version {decision.champion_version} stays live; {decision.reasons[0]}{advice}"


def _data_fault(decision: Decision) -> tuple[Finding, str]:
    if decision.open_faults:
        return "raised", f"{faults_in_words(decision.open_faults)} {ways_out(decision.open_faults)}"
    if decision.fault_answer:
        return "clear", f"A person has answered it: {decision.fault_answer}"
    if decision.change is None:
        return "open", ""
    if decision.change != "data_fault":
        return "clear", "No column looks broken any more."
    return "raised", f"The newest batch looks broken. {decision.change_reason}"


def _drift(decision: Decision) -> tuple[Finding, str]:
    if decision.drift_persists:
        return "raised", f"Drift persists. {decision.drift_reason}"
    return ("clear" if decision.drift_is_clear else "open"), f"{decision.drift_reason}"


def _error(decision: Decision) -> tuple[Finding, str]:
    if decision.realised_error is None or decision.expected_error is None:
        return "open", ""
    what = error_in_words(decision)
    if error_has_grown(decision, decision.max_error_increase):
        return "raised", what
    return ("clear" if error_is_back(decision, CLEAR_SHARE * decision.max_error_increase) else "open"), what


def _concept(decision: Decision) -> tuple[Finding, str]:
    if decision.concept_alarm:
        return "raised", decision.concept_alarm
    if not decision.realised_error_rows:
        return "open", ""  # no labelled row was fed: of a new source, or while labels wait
    return "clear", "No detector has raised an alarm since."


def _previous_wins(decision: Decision) -> tuple[Finding, str]:
    what = decision.previous_reason or "No version beats it."
    if decision.previous_wins is None and decision.previous_version is not None:
        return "open", what
    return ("raised" if decision.previous_wins else "clear"), what


_FINDINGS = {
    "data_fault": _data_fault,
    "drift": _drift,
    "error": _error,
    "concept": _concept,
    "previous_wins": _previous_wins,
}

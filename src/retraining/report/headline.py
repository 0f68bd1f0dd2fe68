"""What a page says first: the worst of what the run did, open incidents, held batches and faults of the data."""

from collections.abc import Callable, Mapping, Sequence

from retraining.records.change import DataFault
from retraining.records.decision import Decision
from retraining.records.event import Event, Incident, IncidentKind, Level
from retraining.report.command import Command, command
from retraining.report.outcome import answers_to_candidate, outcome_of
from retraining.report.page_data import PageData
from retraining.report.status import NOTHING_TO_DO, Status
from retraining.report.words import count, listed, lower_version
from retraining.rules.champion.approval import waiting
from retraining.rules.drift.data_faults import faults_in_words, ways_out

_WORST_FIRST: tuple[Level, ...] = ("bad", "warn", "good", "calm")
_OF_THE_CHAMPION: frozenset[IncidentKind] = frozenset({"drift", "error", "concept", "previous_wins"})
_ANSWERED: Mapping[str, frozenset[IncidentKind]] = {
    "PROMOTE": _OF_THE_CHAMPION,
    "ROLLBACK": _OF_THE_CHAMPION,
    "ADOPTED": _OF_THE_CHAMPION,
    "REPAIRED": frozenset({"data_fault"}),
}
"""Incidents that an outcome answers: they are about the champion or the rows before it. They stay open until the next
decision has looked; until then they are left to the list of open incidents."""


def headlines(data: PageData) -> list[Status]:
    """Everything that is to be said of a run, the worst first. The first one is the headline; what the run did is
    always among them. Of two that are equally bad, what the run did comes first, then what is wrong with the data."""
    told = [outcome_of(data), *_problems(data)]
    return sorted(told, key=lambda status: _WORST_FIRST.index(status.tone))


def status_of(run: Event) -> Status:
    """The headline of a run of which only the event is known."""
    if run.headline is None or run.level is None:
        return headlines(PageData((run,), run.metric))[0]
    return Status(run.headline, run.headline_sentence or "", run.level, "", run.what_to_do or NOTHING_TO_DO)


def _problems(data: PageData) -> list[Status]:
    answered = _ANSWERED.get(data.run.outcome, frozenset())
    open_ones = {each.kind: each for each in data.incidents if each.is_open}
    kinds = [kind for kind in _OF_INCIDENTS if kind in open_ones and kind not in answered]
    told = [_OF_INCIDENTS[kind](open_ones[kind], data) for kind in kinds]
    if data.run.previous_wins and "previous_wins" not in {*open_ones, *answered}:
        told.append(_previous_wins(None, data))
    return [*_held(data), *_waiting(data), *told]


def _held(data: PageData) -> list[Status]:
    held = [row for row in data.batches if row.state == "HELD"]
    if not held:
        return []
    numbers = listed([str(row.batch_seq) for row in held])
    rows = count(sum(row.rows_accepted or 0 for row in held))
    first = held[0].batch_seq
    title = f"Batch {numbers} is held" if len(held) == 1 else f"Batches {numbers} are held"
    return [
        Status(
            title,
            f"No model sees {'its' if len(held) == 1 else 'their'} {rows} accepted rows before a person has decided.",
            "bad",
            " ".join(reason for row in held for reason in row.held_because),
            f"Look at the refused rows on the page. If the rows are good, run the job release_batch with "
            f"batch_seq={first} and a reason. If they are bad, correct the source and run the job repair with "
            f"action=abandon, batch_seq={first} and a reason.",
            (
                command(data, "The rows are good", "release_batch", batch_seq=first),
                command(data, "They are bad", "repair", action="abandon", batch_seq=first),
            ),
        )
    ]


def _waiting(data: PageData) -> list[Status]:
    """Candidates that an earlier run asked about, and that no one has answered for yet."""
    asked = [row for row in waiting(data.promotions) if row.run_id != data.run.run_id]
    if not asked or data.run.outcome == "PENDING":
        return []
    names = listed([str(row.candidate_version) for row in asked])
    waits = "waits" if len(asked) == 1 else "wait"
    return [
        Status(
            "Waiting for approval",
            f"Candidate version {names} passed the gate earlier and still {waits} for a person; "
            f"{lower_version(data.run.champion_after)} is champion.",
            "warn",
            asked[-1].reasons[0],
            f"Answer with the job approve: candidate={asked[-1].candidate_version}, approve=yes or approve=no, and a "
            f"reason.",
            answers_to_candidate(data, asked[-1].candidate_version),
        )
    ]


def _data_fault(incident: Incident | None, data: PageData) -> Status:
    decision = data.decision
    if decision and decision.open_faults:
        faults = decision.open_faults
        why = f"Nothing is trained until it is answered; {lower_version(data.run.champion_after)} stays champion."
        return Status(
            "Data fault", faults_in_words(faults), "bad", why, ways_out(faults), _answers_to_faults(data, faults)
        )

    found = _said(incident)
    if decision and decision.change == "data_fault" and decision.change_reason:
        found = decision.change_reason
    seq = incident.newest_batch if incident else data.run.batch_seq
    return Status(
        "Data fault",
        f"Batch {seq} looks broken, not changed. {found}",
        "bad",
        _decided(decision),
        f"Correct the source; then run the job repair with action=replay, batch_seq={seq} and a reason: it reads the "
        f"batch again. If the values are right, run the job retraining with retrain=true and a reason.",
        (
            _read_again(data, seq),
            command(data, "The values are right", "retraining", retrain="true"),
        ),
    )


def _answers_to_faults(data: PageData, faults: Sequence[DataFault]) -> tuple[Command, ...]:
    release = command(data, "The data are right", "release_retraining")
    batches = sorted({fault.batch_seq for fault in faults})
    if len(batches) > 1:
        told = [
            command(data, f"Batch {seq} is wrong, and stays so", "repair", action="abandon", batch_seq=seq)
            for seq in batches
        ]
        return (*told, release)
    (seq,) = batches
    withdraw = command(data, "The rows are wrong, and stay so", "repair", action="abandon", batch_seq=seq)
    return _read_again(data, seq), withdraw, release


def _read_again(data: PageData, seq: int | None) -> Command:
    return command(data, "The source is corrected", "repair", action="replay", batch_seq=seq)


def _previous_wins(incident: Incident | None, data: PageData) -> Status:
    decision = data.decision
    reason = decision.previous_reason if decision and decision.previous_wins else None
    told = reason or _said(incident) or "The previous champion does better on the newest batches."
    todo = "Compare both on the page; the job rollback puts the previous champion back."
    back = command(data, "To put it back", "rollback")
    return Status("The previous champion is better", told, "warn", _decided(decision), todo, (back,))


def _error(incident: Incident | None, data: PageData) -> Status:
    return _of_error("The error has grown", incident, data)


def _concept(incident: Incident | None, data: PageData) -> Status:
    return _of_error("The error has changed", incident, data)


def _drift(incident: Incident | None, data: PageData) -> Status:
    return _of_error("Drift persists", incident, data)


def _of_error(title: str, incident: Incident | None, data: PageData) -> Status:
    decision = data.decision
    if decision and decision.should_retrain:
        todo = "Nothing to do now: a candidate was trained for it, and the gate judged it."
    else:
        advice = decision.change_response if decision and decision.change_response else ""
        todo = f"Look at the error chart and the moved columns on the page. {advice}".strip()
    return Status(title, _said(incident), "warn", _decided(decision), todo)


_OF_INCIDENTS: Mapping[IncidentKind, Callable[[Incident | None, PageData], Status]] = {
    "data_fault": _data_fault,
    "previous_wins": _previous_wins,
    "error": _error,
    "concept": _concept,
    "drift": _drift,
}
"""Worst first."""


def _said(incident: Incident | None) -> str:
    """The incident's line without the model, whose page it is, and without what it says comes next."""
    if incident is None:
        return ""
    return incident.line.removeprefix(f"{incident.model}: ").partition(" Next: ")[0]


def _decided(decision: Decision | None) -> str:
    return decision.reasons[0] if decision and decision.reasons else ""

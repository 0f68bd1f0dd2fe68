"""What a run did, in words: one function an outcome."""

from collections.abc import Callable, Mapping, Sequence

from retraining.records.event import Event, Level, TaskError
from retraining.records.gate import STOPS_NOBODY, GateVerdict
from retraining.records.run import BY_HAND
from retraining.report.command import Command, command
from retraining.report.page_data import PageData
from retraining.report.status import Status
from retraining.report.words import count, listed, lower_version, version

_NEXT_STEP = "What to do next: "
"""How the rules begin the sentence with the cure, where a first candidate is refused."""
_NO_ERROR = "No error was stored: the task was stopped from outside, or it could not begin. Its output says more."


def outcome_of(data: PageData) -> Status:
    """What the run did. Of a run of which only the event is known, what the event says."""
    run = data.run
    if run.unfinished_tasks or run.outcome == "FAILED":
        return _failed(data)
    return _OUTCOMES.get(run.outcome, _kept)(data)


def stopping_errors(errors: Sequence[TaskError], failed: Sequence[str]) -> tuple[TaskError, ...]:
    """The errors behind the failed tasks, oldest first and of each stage the newest: an attempt that failed may have
    been followed by one that did not. All of them where no stage has the name of a failed task."""
    newest = {row.stage: row for row in sorted(errors, key=lambda row: row.at)}
    named = [row for row in newest.values() if row.stage in failed]
    return tuple(sorted(named or newest.values(), key=lambda row: row.at)) if failed else ()


def _failed(data: PageData) -> Status:
    run = data.run
    failed = f"The task {listed(run.failed_tasks)} failed" if run.failed_tasks else "A task did not end well"
    if len(run.failed_tasks) > 1:
        failed = f"The tasks {listed(run.failed_tasks)} failed"
    waited = f", so {listed(run.skipped_tasks)} did not start" if run.skipped_tasks else ""
    why = _error(data.errors[0]) if data.errors else run.error or _NO_ERROR
    todo = data.errors[0].cure if data.errors else run.what_to_do
    return Status(
        "Run failed",
        f"{failed}{waited}. {_still_live(run)}",
        "bad",
        why,
        todo
        or "Read the output of the task. When the cause is gone, start the run again: it goes on from what is stored.",
    )


def _error(found: TaskError) -> str:
    return found.line if found.line.startswith(found.error) else f"{found.error}: {found.line}"


def _still_live(run: Event) -> str:
    if run.champion_after:
        return f"{version(run.champion_after)} is still live, and earlier decisions hold."
    if run.champion_before:
        return f"MLflow did not say which version is live; {lower_version(run.champion_before)} was."
    return "Earlier decisions still hold."


def _promoted(data: PageData) -> Status:
    run = data.run
    before = run.champion_before
    after = run.champion_after
    why = run.gate_sentence or ""
    if before is None:
        sentence = f"{version(after)} is the first champion.{refit_in_words(run)}"
        return Status("First champion", sentence, "good", why, "Nothing to do: rows of the next batch are scored.")
    sentence = f"{version(after)} replaces {lower_version(before)} as champion.{refit_in_words(run)}"
    back = f"Nothing to do. If it turns out worse, the job rollback puts {lower_version(before)} back."
    return Status("New champion", sentence, "good", why, back)


def refit_in_words(run: Event) -> str:
    """Why another version went live than the one that was judged; empty where it is the same."""
    judged = run.candidate_version
    if run.outcome != "PROMOTE" or not judged or judged == run.champion_after:
        return ""
    return (
        f" It is the refit of candidate version {judged}, which was judged: the same recipe, fitted again with the "
        f"days that judged it."
    )


def _rejected(data: PageData) -> Status:
    run = data.run
    reasons = data.promotion.reasons if data.promotion else ()
    if data.promotion and data.promotion.request_id:
        sentence = f"A person refused {_candidate(run)}; {_stays(run)}."
        return Status("Candidate refused by a person", sentence, "calm", " ".join(reasons))

    cure = next((text.removeprefix(_NEXT_STEP) for text in reasons if text.startswith(_NEXT_STEP)), None)
    why = _first_sentence(data, run.gate) or " ".join(text for text in reasons if not text.startswith(_NEXT_STEP))
    tone: Level = "calm" if run.champion_after else "warn"
    if run.gate == "not_enough_evidence":
        told = f"The rows that were left to judge it cannot tell {_candidate(run)} from {_rival(run)}; {_stays(run)}."
        waits = "Nothing to do: the next run judges another candidate, on more days."
        return Status("Not enough evidence", told, tone, why, cure or waits)

    stopped = "did not pass the gate" if run.gate == "failed" else "did not go live"
    another = "Nothing to do: the next run with new labelled rows trains another."
    return Status(
        "Candidate rejected", f"{_upper(_candidate(run))} {stopped}; {_stays(run)}.", tone, why, cure or another
    )


def _first_sentence(data: PageData, verdict: str | None) -> str:
    """Of the first check with the verdict that stopped the candidate."""
    stopping = [row for row in data.gate_results if row.verdict not in STOPS_NOBODY]
    wanted: GateVerdict = "failed" if verdict == "failed" else "not_enough_evidence"
    found = [row.sentence for row in stopping if row.verdict == wanted]
    return found[0] if found else ""


def _rolled_back(data: PageData) -> Status:
    run = data.run
    left = run.champion_before
    waits = f"a batch newer than {run.batch_seq}" if run.batch_seq is not None else "a newer batch"
    return Status(
        "Rolled back",
        f"{version(run.champion_after)} is champion again, instead of {lower_version(left)}.",
        "warn",
        _reasons(data),
        f"Find out what was wrong with {lower_version(left)}. Training waits for {waits}; the job release_retraining "
        f"ends the wait.",
        (command(data, "To end the wait", "release_retraining"),),
    )


def _pending(data: PageData) -> Status:
    run = data.run
    return Status(
        "Waiting for approval",
        f"{_upper(_candidate(run))} passed the gate and waits for a person; {lower_version(run.champion_after)} is "
        f"still champion.",
        "warn",
        run.gate_sentence or "",
        f"Answer with the job approve: candidate={run.candidate_version}, approve=yes or approve=no, and a reason.",
        answers_to_candidate(data, run.candidate_version),
    )


def answers_to_candidate(data: PageData, candidate: str | None) -> tuple[Command, ...]:
    """Yes and no to a candidate that waits for a person."""
    return (
        command(data, "It may go live", "approve", candidate=candidate, approve="yes"),
        command(data, "It may not", "approve", candidate=candidate, approve="no"),
    )


def _approved(data: PageData) -> Status:
    told = f"{_upper(_candidate(data.run))} is approved, and goes live when it is promoted."
    return Status("Approved", told, "calm", _reasons(data), "Run the job retraining, or the notebook 04_promote.")


def _released(data: PageData) -> Status:
    stays = f"A person let retraining go on; {lower_version(data.run.champion_after)} stays champion."
    done = "Nothing to do: the next run may train."
    return Status("Retraining released", stays, "calm", _reasons(data), done)


def _healed(data: PageData) -> Status:
    again = f"{lower_version(data.run.champion_after)} is champion again."
    moved = f"The alias had been moved outside this product; {again}"
    return Status("Alias put back", moved, "warn", _reasons(data), "Find out who moves the alias champion.")


def _adopted(data: PageData) -> Status:
    run = data.run
    instead = f", instead of {lower_version(run.champion_before)}" if run.champion_before else ""
    taken = f"{version(run.champion_after)}, made outside the loop, is champion{instead}."
    return Status("Version taken over", taken, "good", _reasons(data), "Nothing to do: the loop goes on from it.")


def _frozen(data: PageData) -> Status:
    frozen = f"Nothing is trained from now on; {lower_version(data.run.champion_after)} goes on to score."
    return Status("Model frozen", frozen, "calm", _why_mode(data), _until("unfreeze"))


def _retired(data: PageData) -> Status:
    stays = f"The alias champion stays at {lower_version(data.run.champion_after)}, but nothing is scored or trained."
    return Status("Model retired", stays, "calm", _why_mode(data), _until("unretire"))


def _active(data: PageData) -> Status:
    return Status("Model active again", "The loop scores and trains it from the next run on.", "calm", _why_mode(data))


def _batch_released(data: PageData) -> Status:
    batch = data.requested
    told = "A held batch is used from now on."
    if batch:
        told = f"Batch {batch.batch_seq}, which was held, is used from now on: {count(batch.rows_accepted or 0)} rows."
    done = "Nothing to do: the next run takes it up."
    return Status("Batch released", told, "calm", (batch and batch.reason) or "", done)


def _repaired(data: PageData) -> Status:
    batch = data.requested
    state = {"COMMITTED": "is stored", "ABANDONED": "is given up", "HELD": "is stored, and held"}
    told = f"Batch {batch.batch_seq} {state.get(batch.state, 'is planned')}." if batch else "Ingestion was repaired."
    done = "Nothing to do: the next run takes it up."
    return Status("Ingestion repaired", told, "calm", (batch and batch.reason) or "", done)


def _kept(data: PageData) -> Status:
    run = data.run
    decision = data.decision
    why = run.first_reason or ""
    if not run.is_of_loop:
        again = f"The same request had been carried out before, so nothing was left to do. {_live(run)}"
        return Status("Nothing changed", again, "calm")
    if decision and decision.frozen:
        frozen = f"{_live(run)} It scores and is measured; nothing is trained."
        thaws = "Nothing to do. The job unfreeze lets it train again."
        return Status("Frozen", frozen, "calm", decision.frozen_reason or why, thaws)
    if run.champion_after is None:
        tries = "The next run that finds enough new labelled rows tries again by itself."
        return Status("No champion yet", "No version of this model has been promoted so far.", "calm", why, tries)
    if run.action in ("update", "refit"):
        return _not_judged_here(run, why)
    if not run.rows_read and not data.batch and not run.run_id.startswith(BY_HAND):
        return Status("Nothing new", f"No new rows came in. {_upper(_stays(run))}.", "calm", why)
    return Status("Champion kept", f"{version(run.champion_after)} stays champion; nothing was trained.", "calm", why)


def _not_judged_here(run: Event, why: str) -> Status:
    if run.run_id.startswith(BY_HAND):
        told = f"{_upper(_stays(run))}. The decision is to train a candidate, and none was judged yet."
        return Status("Champion kept", told, "calm", why, "Run the notebooks 03_retrain and 04_promote.")
    told = f"{_upper(_stays(run))}: the candidate of this decision was judged in an earlier run."
    return Status("Champion kept", told, "calm", why)


_OUTCOMES: Mapping[str, Callable[[PageData], Status]] = {
    "PROMOTE": _promoted,
    "REJECT": _rejected,
    "ROLLBACK": _rolled_back,
    "PENDING": _pending,
    "APPROVED": _approved,
    "RELEASED": _released,
    "HEAL": _healed,
    "ADOPTED": _adopted,
    "FROZEN": _frozen,
    "RETIRED": _retired,
    "ACTIVE": _active,
    "BATCH_RELEASED": _batch_released,
    "REPAIRED": _repaired,
}


def _candidate(run: Event) -> str:
    return f"candidate version {run.candidate_version}" if run.candidate_version else "the candidate"


def _rival(run: Event) -> str:
    return f"version {run.champion_after}" if run.champion_after else "the trivial predictor"


def _stays(run: Event) -> str:
    return f"version {run.champion_after} stays champion" if run.champion_after else "there is still no champion"


def _live(run: Event) -> str:
    return f"{version(run.champion_after)} is champion." if run.champion_after else "There is no champion yet."


def _reasons(data: PageData) -> str:
    return " ".join(data.promotion.reasons) if data.promotion else ""


def _until(job: str) -> str:
    return f"Nothing to do. The job {job} takes this back."


def _why_mode(data: PageData) -> str:
    return data.control.reason if data.control else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]

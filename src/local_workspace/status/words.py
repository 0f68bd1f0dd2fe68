"""Puts the facts of a model into words. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from local_workspace.status.model_facts import ModelFacts

DECIDED = {
    "keep": "keep the champion",
    "update": "train the champion on the new rows",
    "refit": "train a challenger",
    "rollback": "go back to the previous champion",
}


_LABEL = 17
_WIDTH = 100
"""Characters of a label with its margin, and of a line. A command may be longer: it is copied as it stands."""


def model_lines(facts: ModelFacts, launcher: str) -> list[str]:
    """The model's name, then champion, error, last decision, gate and what waits for a person."""
    waiting = [line for sentence, command in _waiting(facts, launcher) for line in _waits(sentence, command)]
    if not facts.decision and not facts.event and not facts.promotion:
        first = f"  no run yet:    {launcher} run retraining --params model={facts.model}"
        return [facts.model, first, *waiting]

    return [
        facts.model,
        *_labelled("champion", _champion(facts)),
        *_labelled("error", _error(facts)),
        *_labelled("last decision", _decision(facts)),
        *_labelled("gate", _gate(facts)),
        *_labelled("last run", _last_run(facts)),
        *waiting,
    ]


def _labelled(label: str, sentence: str | None) -> list[str]:
    """The sentence beside its label, as lines of one width. Nothing for a sentence that is not there."""
    if sentence is None:
        return []
    margin = " " * _LABEL
    lines = textwrap.wrap(sentence, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
    return [f"  {label}".ljust(_LABEL) + line[_LABEL:] if not place else line for place, line in enumerate(lines)]


def _waits(sentence: str, command: str | None) -> list[str]:
    """A command has its own line, so that it can be copied."""
    return [*_labelled("waits for you", sentence), *([f"{' ' * _LABEL}{command}"] if command else [])]


def _champion(facts: ModelFacts) -> str:
    if not facts.promotion:
        return "none yet"
    since = f"version {facts.promotion['version']}, live since {_time(facts.promotion['at'])}"
    age = facts.decision.get("champion_age_days")
    same = facts.decision.get("champion_version") == facts.promotion["version"]
    learned = "" if age is None or not same else f"; the newest rows were {_days(age)} newer than what it learned from"
    return since + learned


def _error(facts: ModelFacts) -> str:
    realised = facts.decision.get("realised_error")
    expected = facts.decision.get("expected_error")
    metric = facts.event.get("metric") or "error"
    if realised is None:
        return "not known yet: no labelled rows have come that the champion had not seen"

    measured = facts.decision["champion_version"]
    wrong = ", some of them in doubt" if _is_in_doubt(facts.decision) else ""
    rows = f"on {facts.decision['realised_error_rows']:,} new rows{wrong}"
    then = "" if expected is None else f"; {expected:.4g} when it went live"
    live = facts.promotion.get("version")
    if live is not None and live != measured:
        return f"not known yet of version {live}. Version {measured} before it: {metric} {realised:.4g} {rows}{then}"
    return f"{metric} {realised:.4g} of version {measured} {rows}{then}"


def _decision(facts: ModelFacts) -> str:
    if not facts.decision:
        return "none yet"
    action = DECIDED.get(facts.decision["action"], facts.decision["action"])
    reason = next(iter(facts.decision["reasons"]), "")
    return f"{_time(facts.decision['at'])}: {action}. {reason}"


def _gate(facts: ModelFacts) -> str | None:
    """Its verdict on the candidate that the last decision led to."""
    judged = facts.event.get("gate_sentence")
    if not judged or not facts.decision or facts.event.get("batch_seq") != facts.decision["batch_seq"]:
        return None
    return f"{facts.event['gate']}. {judged}"


def _last_run(facts: ModelFacts) -> str | None:
    failed = facts.event.get("failed_tasks") or []
    return f"{_time(facts.event['at'])}: failed in {', '.join(failed)}" if failed else None


def _waiting(facts: ModelFacts, launcher: str) -> Iterator[tuple[str, str | None]]:
    """What only a person can end: a sentence, and the command where there is one."""
    name = f"--params model={facts.model}"
    for row in facts.held:
        because = ", ".join(row.get("held_because") or []) or "a gate of the batch failed"
        command = f'{launcher} run release_batch {name} batch_seq={row["batch_seq"]} reason="..."'
        yield f"batch {row['batch_seq']} is held ({because}). To let it in:", command

    for row in facts.pending:
        answer = f'{launcher} run approve {name} candidate={row["candidate_version"]} approve=yes reason="..."'
        yield f"version {row['candidate_version']} passed the gate and needs an answer, yes or no:", answer

    for number in sorted({fault["batch_seq"] for fault in facts.decision.get("open_faults") or []}):
        yield (
            f"a data fault of batch {number} stops training. If its data are right:",
            (f'{launcher} run release_retraining {name} reason="..."'),
        )
        yield (
            "if they are not, withdraw the batch, or correct the source and use action=replay:",
            (f'{launcher} run repair {name} action=abandon batch_seq={number} reason="..."'),
        )

    yield from ((f"incident: {line}", None) for line in _incidents(facts))
    again = f"{launcher} run retraining {name}"
    if facts.open_batch is not None:
        yield f"batch {facts.open_batch} was begun and not finished. The next run finishes it:", again
    if facts.unapplied:
        yield "a decision about the champion was not finished. The next run finishes it:", again


def _incidents(facts: ModelFacts) -> Iterator[str]:
    """What the newest decision found, as the loop's own alerts name it."""
    decision = facts.decision
    if decision.get("change") == "data_fault":
        yield f"the newest batch looks broken. {decision.get('change_reason') or ''}".rstrip()
    if decision.get("drift_persists"):
        yield f"drift persists. {decision.get('drift_reason') or ''}".rstrip()
    if _error_has_grown(decision.get("realised_error"), decision.get("expected_error"), decision):
        grown = decision["realised_error"] / decision["expected_error"] - 1
        yield f"the error is {grown:.0%} above that at promotion"
    if decision.get("concept_alarm"):
        yield str(decision["concept_alarm"])
    if decision.get("previous_wins"):
        yield f"the previous champion is better. {decision.get('previous_reason') or ''}".rstrip()


def _error_has_grown(realised: float | None, expected: float | None, decision: Any) -> bool:
    if realised is None or not expected:
        return False
    most = (decision.get("max_error_increase") or 0.2) * expected
    if decision.get("recent_error_days") is None:  # a row that is older than the bound
        return realised - expected > most
    recent = decision.get("recent_error")
    return recent is not None and recent - expected > most and (decision.get("recent_error_lower") or 0.0) > expected


def _is_in_doubt(decision: Any) -> bool:
    """As the loop's own page has it: the rows are not learned, because something is wrong with them."""
    days = decision.get("doubted") or []
    return bool(decision.get("open_faults")) or any(each["doubt"] != "changed" for each in days)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _days(days: float) -> str:
    return f"{days:.0f} days" if days >= 2 else f"{days:.1f} days"

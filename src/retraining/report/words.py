"""How the pages say things: outcomes in words, numbers in people's formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from retraining.kinds.find_kind import known_metric
from retraining.records.event import Event
from retraining.records.run import BY_HAND

NOTHING = "\N{EN DASH}"
Tone = Literal["good", "calm", "warn", "bad"]


@dataclass(frozen=True)
class Status:
    """An outcome for people: the sign repeats the tone for those who do not see its colour."""

    title: str
    sentence: str
    tone: Tone
    sign: str


def status_of(run: Event) -> Status:
    """What a run did, first in two words, then in a sentence."""
    before = run.champion_before
    after = run.champion_after
    if run.failed_tasks or run.outcome == "FAILED":
        names = ", ".join(run.failed_tasks) or "no task named"
        return Status("Run failed", f"Failed: {names}. Earlier decisions still hold.", "bad", "✕")
    if run.outcome == "PROMOTE":
        return Status("New champion", _promoted(before, after), "good", "↑")
    if run.outcome == "REJECT":
        stays = f"version {after} stays champion" if after else "there is still no champion"
        sentence = f"The candidate did not pass the gate; {stays}.{_previous_wins(run)}"
        return Status("Candidate rejected", sentence, "warn", "≠")
    if run.outcome == "ROLLBACK":
        return Status(
            "Rolled back", f"{version(after)} is champion again, instead of {lower_version(before)}.", "warn", "↺"
        )
    if run.outcome == "PENDING":
        asked = f"A candidate passed the gate and waits for approval; {lower_version(after)} is still champion."
        return Status("Waiting for approval", asked, "warn", "?")
    if run.outcome == "RELEASED":
        goes_on = f"Retraining goes on after a rollback; {lower_version(after)} stays champion."
        return Status("Retraining released", goes_on, "calm", "▷")
    if run.outcome == "HEAL":
        moved = f"The alias had been moved outside this product; {lower_version(after)} is champion again."
        return Status("Alias put back", moved, "warn", "↺")
    if after is None:
        return Status("No champion yet", "No version of this model has been promoted so far.", "calm", "○")
    if run.action in ("update", "refit"):
        return Status("Champion kept", _not_judged_here(run), "calm", "✓")
    if run.previous_wins:
        return Status("Champion beaten", f"{version(after)} stays champion.{_previous_wins(run)}", "warn", "!")

    return Status("Champion kept", f"{version(after)} stays champion; nothing was trained.", "calm", "✓")


def _not_judged_here(run: Event) -> str:
    stays = f"{version(run.champion_after)} stays champion"
    if run.run_id.startswith(BY_HAND):
        return f"{stays}. The decision is to train a candidate, and none was judged yet: run 03_retrain and 04_promote."
    return f"{stays}: the candidate of this decision was judged in an earlier run.{_previous_wins(run)}"


def came_in(run: Event, states: Mapping[str, str], has_batch: bool) -> str:
    """Why there are no rows to show, as far as the run knows."""
    if "ingest" in run.failed_tasks:
        return "Not known: the task ingest failed, so this run cannot say what the source has."
    if states and "ingest" not in states:
        return "This run does not read the source."
    if run.run_id.startswith(BY_HAND) and not has_batch:
        return "No batch was closed by hand since the last page. What scheduled runs read is on their pages."
    if run.batch_seq is None:
        return "Nothing came in: no batch of this source has been closed yet."
    return "Nothing new: the source has no rows beyond what earlier runs read."


def not_judged(run: Event) -> str:
    """Why the run has no verdict of the gate."""
    failed = next((task for task in ("retrain", "promote") if task in run.failed_tasks), None)
    if failed and run.action in ("update", "refit"):
        return f"No verdict: the task {failed} did not end well. The next run judges the candidate, or trains another."
    if run.failed_tasks and run.action is None:
        return "The gate was not asked: the run ended before a decision."
    if run.action in ("update", "refit"):
        return "No verdict in this run. One that was made earlier still holds."
    return "The gate was not asked: this run trained no candidate."


def _promoted(before: str | None, after: str | None) -> str:
    if before is None:
        return f"{version(after)} is the first champion."
    return f"{version(after)} replaces {lower_version(before)} as champion."


def _previous_wins(run: Event) -> str:
    return " The previous champion does better on the newest batches." if run.previous_wins else ""


def champion_after(run: Event) -> str:
    """The champion at the end of a run; of a failed run it may not be known."""
    if run.champion_after is None:
        return "Not known" if run.failed_tasks else "None"
    return version(run.champion_after)


def version(name: str | None) -> str:
    """`Version 3`, at the start of a sentence."""
    return f"Version {name}" if name else "No version"


def lower_version(name: str | None) -> str:
    """`version 3`, inside a sentence."""
    return f"version {name}" if name else "no version"


def is_relative(metric: str | None) -> bool:
    """Whether a gain is a share of the baseline's error, as of RMSE. Else it is a difference, as of AUC. A user's own
    metric is a mean of losses."""
    found = known_metric(metric) if metric else None
    return found is None or found.relative


def gain_text(gain: float | None, metric: str | None) -> str:
    """A gain with its sign: per cent of the baseline's error, or a difference in digits."""
    if gain is None:
        return NOTHING
    return f"{gain:+.1%}" if is_relative(metric) else f"{gain:+.4f}"


def error_text(error: float | None, metric: str) -> str:
    """An error in its unit: a share as per cent, anything else in four digits; a dash when it is not known."""
    if error is None:
        return NOTHING
    known = known_metric(metric)
    if known is not None and known.is_share:
        return f"{error:.1%}"
    return f"{error:,.0f}" if abs(error) >= 1000 else f"{error:#.4g}".rstrip(".")


def number(value: float | None, digits: int = 3) -> str:
    """A distance with fixed decimals, so that a column of them aligns; a dash when there is none."""
    if value is None:
        return NOTHING
    return f"{value:,.{digits}f}" if abs(value) < 1000 else f"{value:,.0f}"


def count(value: int) -> str:
    """Rows, in groups of three digits."""
    return f"{value:,}"


def share(value: float | None) -> str:
    """A share in [0, 1] as per cent; a dash when there is none."""
    return NOTHING if value is None else f"{value:.1%}"


def moment(at: datetime) -> str:
    """Date and time to the minute, in UTC as everywhere."""
    return at.strftime("%Y-%m-%d %H:%M")


def some_of(names: Sequence[str]) -> str:
    """All names where they are a dozen or fewer, else ten of them and how many more there are."""
    if len(names) <= 12:
        return ", ".join(names)
    return f"{len(names)} columns: {', '.join(names[:10])} and {len(names) - 10} more"


def spaced(name: str) -> str:
    """`not_enough_data` as words."""
    return name.replace("_", " ")


CHANGES = {
    "none": "Nothing changed",
    "data_fault": "Data fault",
    "virtual": "Features moved, the error did not",
    "sudden": "Sudden change",
    "gradual": "Gradual change",
    "recurring": "A known state has come back",
    "unknown": "Not known yet",
}


def change_title(kind: str, alarm: str | None = None) -> str:
    """The kind of a change as a title. An alarm of detectors may come before the error leaves what is expected."""
    return "The error rose, within what is expected" if kind == "none" and alarm else CHANGES[kind]


def column_title(name: str) -> str:
    """The column's name; the champion's predictions and the label have other titles."""
    return {":prediction": "Prediction", ":label": "Label"}.get(name, name)


def run_file(run_id: str) -> str:
    """Link from a page to another run of its model."""
    return f"{quote(run_id, safe='')}.html"


def run_path(model: str, run_id: str) -> str:
    """Link from the index to the page of a run."""
    return f"{quote(model, safe='')}/{run_file(run_id)}"


def first_upper(text: str) -> str:
    """The text as the start of a sentence; capitals inside it stay."""
    return text[:1].upper() + text[1:]

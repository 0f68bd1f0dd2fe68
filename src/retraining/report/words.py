"""How the pages say things: what a run does not know, and numbers in people's formats."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from retraining.kinds.find_kind import known_metric
from retraining.records.event import Event
from retraining.records.gate import GateResult
from retraining.records.run import BY_HAND

NOTHING = "\N{EN DASH}"


def came_in(run: Event, states: Mapping[str, str], has_batch: bool) -> str:
    """Why there are no rows to show, as far as the run knows."""
    if "ingest" in run.unfinished_tasks:
        how = "failed" if "ingest" in run.failed_tasks else "did not start"
        return f"Not known: the task ingest {how}, so this run cannot say what the source has."
    if states and "ingest" not in states:
        return "This run does not read the source."
    if run.run_id.startswith(BY_HAND) and not has_batch:
        return "No batch was closed by hand since the last page. What scheduled runs read is on their pages."
    if run.batch_seq is None:
        return "Nothing came in: no batch of this source has been closed yet."
    return "Nothing new: the source has no rows beyond what earlier runs read."


def not_judged(run: Event) -> str:
    """Why the run has no verdict of the gate."""
    failed = next((task for task in ("retrain", "promote") if task in run.unfinished_tasks), None)
    if failed and run.action in ("update", "refit"):
        return f"No verdict: the task {failed} did not end well. The next run judges the candidate, or trains another."
    if run.unfinished_tasks and run.action is None:
        return "The gate was not asked: the run ended before a decision."
    if run.action in ("update", "refit"):
        return "No verdict in this run. One that was made earlier still holds."
    return "The gate was not asked: this run trained no candidate."


def champion_after(run: Event) -> str:
    """The champion at the end of a run; of a failed run it may not be known."""
    if run.champion_after is None:
        return "Not known" if run.unfinished_tasks else "None"
    return version(run.champion_after)


def champion_before(run: Event) -> str:
    """The champion before the run decided; of a failed run it may not be known."""
    if run.champion_before is None:
        return "Not known" if run.unfinished_tasks else "None"
    return version(run.champion_before)


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
    return f"{gain:+,.1%}" if is_relative(metric) else f"{gain:+.4f}"


def error_text(error: float | None, metric: str) -> str:
    """An error in its unit: a share as per cent, anything else in four digits; a dash when it is not known."""
    if error is None:
        return NOTHING
    known = known_metric(metric)
    if known is not None and known.is_share:
        return f"{error:.1%}"
    return plain(error, 4, keeps_zeros=True)


_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"))


def plain(value: float, digits: int, keeps_zeros: bool = False) -> str:
    """A number of any size as people write it, never as a power of ten: grouped below a million, scaled above.

    >>> [plain(value, 3) for value in (48_000.0, 3_200_000.0, 0.00004, 0.125, -7.0)]
    ['48,000', '3.2M', '0.00004', '0.125', '-7']
    """
    for scale, letter in _SCALES:
        if abs(value) >= scale:
            return f"{plain(value / scale, digits)}{letter}"
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    if value and abs(value) < 1e-9:
        return f"{value:.1g}"
    if keeps_zeros and (abs(value) >= 1e-3 or not value):
        return f"{value:#.{digits}g}".rstrip(".")
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:.{max(0, digits - 1 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_of(metric: str | None, label: str) -> str:
    """What the numbers of a metric are in, as the end of a sentence; empty for shares and metrics without a unit."""
    if not label or metric not in _UNITS:
        return ""
    return f"{_UNITS[metric]} of {label}"


_UNITS = {"rmse": "in the unit", "mae": "in the unit", "mse": "in the squared unit"}


def losses_in_words(metric: str, *texts: str | None) -> str:
    """What a loss is, where a text names one beside an RMSE: the two are not in the same unit."""
    if metric != "rmse" or not any("loss" in (text or "") for text in texts):
        return ""
    return "A loss is a squared error: an RMSE of 12 is a mean loss of 144."


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


def series_name(key: str) -> str:
    """The values of a series' columns; a table that is one series has none."""
    values = ["null" if each is None else str(each) for each in json.loads(key)]
    return ", ".join(values) or "the one series"


def moment(at: datetime) -> str:
    """Date and time to the minute, in UTC as everywhere."""
    return at.strftime("%Y-%m-%d %H:%M")


def some_of(names: Sequence[str]) -> str:
    """All names where they are a dozen or fewer, else ten of them and how many more there are."""
    if len(names) <= 12:
        return ", ".join(names)
    return f"{len(names)} columns: {', '.join(names[:10])} and {len(names) - 10} more"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


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


def check_word(row: GateResult) -> str:
    """The verdict on a check, or that it decides nothing: what is only reported neither passes nor fails."""
    tells_only = row.metric is not None and row.threshold is None and row.verdict == "passed"
    return "reported" if tells_only else row.verdict


def column_title(name: str) -> str:
    """The column's name; the champion's predictions and the label have other titles."""
    return {":prediction": "Prediction", ":label": "Label"}.get(name, name)


def run_path(model: str, run_id: str) -> str:
    """Where the page of a run is, below the folder of all pages."""
    return f"{quote(model, safe='')}/{quote(run_id, safe='')}.html"


def newest_path(model: str) -> str:
    """Where the page of a model's newest run is: the same address from run to run."""
    return f"{quote(model, safe='')}/newest.html"


def first_upper(text: str) -> str:
    """The text as the start of a sentence; capitals inside it stay."""
    return text[:1].upper() + text[1:]

"""What is known of a source before any run of a model, and what follows from it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal["error", "warning", "ok"]


@dataclass(frozen=True)
class Finding:
    """One thing that a run would meet."""

    level: Level
    """error: a run would fail, or would never train. warning: it would run, but perhaps not as intended."""
    text: str
    """In plain words, with the cure where there is something to cure."""


@dataclass(frozen=True)
class KeySample:
    """Some keys with all of their rows."""

    rows: int
    """Rows of these keys."""
    keys: int
    """Different keys among them."""
    versions: int
    """Different pairs of key and ledger value among them."""


@dataclass(frozen=True)
class SourceFacts:
    """Counts of a source. Nothing in it grows with its rows."""

    rows: int
    """All rows."""
    ledger_from: str | None
    """The smallest ledger value; None where no row has one."""
    ledger_to: str | None
    """The greatest one that is not in the future."""
    ledger_missing: int
    """Rows without a ledger value."""
    ledger_in_future: int
    """Rows beyond the run's clock and a day."""
    newer_rows: int
    """Rows above the watermark; all rows before the first ingestion."""
    labelled: int
    """Rows with a label."""
    label_is_constant: bool
    """Whether all labels are the same."""
    learnable: int
    """Labelled rows that are the newest of their key: only these are learned from and judged on."""
    days: tuple[date, ...]
    """Days that hold such rows, of a forecast one a step; empty for a ledger without time."""
    classes: tuple[tuple[str, int], ...] | None
    """The most frequent classes and their rows; None where the label is a number."""
    empty_features: tuple[str, ...]
    """Features without any value."""
    constant_features: tuple[str, ...]
    """Features with one value only."""
    sample: KeySample
    """Keys, to see how often they repeat."""

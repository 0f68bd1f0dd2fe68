"""What `score_batch` did: rows of `batch_scorings`."""

from dataclasses import dataclass
from typing import Literal

from retraining.records.run import Stamped

ScoringState = Literal["OPENED", "CLOSED", "ABANDONED"]
Scope = Literal["new", "all"]


@dataclass(frozen=True)
class BatchScoring(Stamped):
    """A step of one scoring of a batch table: OPENED freezes what is read and which version answers, CLOSED says what
    the table holds of it. A scoring without CLOSED was killed, and the next run finishes it."""

    batch: str
    """Name of the batch table, as its spec has it."""
    seq: int
    """Number of the scoring of its batch table, from 1; the table's rows name it in `scoring`."""
    state: ScoringState
    """OPENED before anything is read, CLOSED when the rows are stored, ABANDONED where the version that should answer
    is gone."""
    model: str
    """The model that scores."""
    version: str
    """The version that answers."""
    scope: Scope
    """new: rows from the watermark on. all: every row of the source."""
    ledger_column: str | None
    """The column that the watermark is about; None where every run reads all rows."""
    ledger_type: str | None
    """Its type."""
    lo: str | None
    """Smallest ledger value that is read, as text; None for no bound."""
    hi: str | None
    """Greatest ledger value that is read, as text: the watermark that the scoring leaves."""
    rows_read: int | None = None
    """Rows of the slice; None before it is closed, like all counts."""
    rows_scored: int | None = None
    """Rows that the scoring stored, new or again."""
    rows_unanswered: int | None = None
    """Of these, rows that the version refused: their prediction is null."""
    rows_without_key: int | None = None
    """Rows left out because a key is null."""
    rows_refused: int | None = None
    """Rows left out because they break a quality rule of the model's source, or hold text that is not UTF-8."""
    rows_quarantined: int | None = None
    """Rows left out because the newest row of their key is quarantined in the model's source."""
    rows_forgotten: int | None = None
    """Rows left out because their key was forgotten."""
    rows_outside: int | None = None
    """Rows left out because their ledger value is missing, or beyond validity."""

    @property
    def is_ended(self) -> bool:
        """Whether the next run begins another scoring."""
        return self.state != "OPENED"

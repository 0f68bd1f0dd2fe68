"""A registered version: what it was trained on, its files, its inputs, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class FileHash:
    """path is relative to the version's folder; sha256 is of the file's bytes, in hex."""

    path: str
    sha256: str


Role = Literal["candidate", "refit", "adopted", "copied"]


@dataclass(frozen=True)
class Manifest:
    """RESERVED claims a retrain_key before the fit; REGISTERED adds what came of it. A version of role adopted was made
    elsewhere: its training rows are what an operator said of it. One of role copied was fitted by another target: of
    its training only trained_until is known, and it is judged like a candidate.

    Training rows are the labelled current rows of committed batches <= batch_seq with a ledger value in
    [train_from, train_before) (None: no bound), without the days that strategy.exclude names, read from the
    observations at observations_version. action update: base_version learned those in batches newer than its own;
    refit: from scratch, on the newest window_days of history (None: all of it). data_hash is count and
    sum(xxhash64) of them. holdout_from and holdout_before bound the rows that judge the candidate (closed, open), both
    None for a reserved hold-out. trivial_prediction is the training mean or majority class as text. digest is the
    sha256 over the sorted (path, sha256) pairs of the version's files, and files are these pairs: the digest decides
    whether a version is loaded, they say which file was changed. learning_hash is the spec's part that says how the
    version was made. reproducible is False once a key was forgotten that
    the version, or one it grew from, was trained on: its rows can no longer be read again. A later row says so.
    """

    model: str
    retrain_key: str
    role: Role
    state: Literal["RESERVED", "REGISTERED"]
    seq: int
    evaluation_id: str
    action: Literal["update", "refit"]
    base_version: str | None
    batch_seq: int
    window_days: int | None
    train_from: str | None
    train_before: str | None
    holdout_from: str | None
    holdout_before: str | None
    trained_until: str | None
    trained_rows: int | None
    sampled: bool | None
    data_hash: str | None
    observations_version: int | None
    trivial_prediction: str | None
    fit_seconds: float | None
    version: str | None
    mlflow_run_id: str | None
    digest: str | None
    spec_hash: str
    code_version: str
    run_id: str
    attempt_id: str
    at: datetime
    learning_hash: str | None = None
    reproducible: bool = True
    files: tuple[FileHash, ...] = ()


@dataclass(frozen=True)
class ModelInput:
    """An input column: its MLflow type as text, and whether callers must send it."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True)
class Signature:
    """The input columns of a model, and the type of its predictions as text (None: it does not say)."""

    inputs: tuple[ModelInput, ...]
    prediction: str | None


@dataclass(frozen=True)
class LoggedRun:
    """manifest_seq is the number under which the attempt that logged the run would write its manifest. versions are
    those registered from the run, aliased those of them that an alias points to."""

    run_id: str
    manifest_seq: int
    versions: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()


@dataclass(frozen=True)
class FreshAnswers:
    """predictions: of all requests at once; milliseconds: of requests of one row, one after the other; megabytes: size
    of the version's files; problem: why there are no answers."""

    predictions: tuple[float | str, ...]
    milliseconds: tuple[float, ...]
    megabytes: float
    problem: str | None = None


@dataclass(frozen=True)
class PredictionCount:
    """Predictions of one version in one batch, and the clocks of the first and the last run that made them."""

    batch_seq: int
    rows: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Comparison:
    """same is None where the line is for information only."""

    what: str
    registered: str
    again: str
    same: bool | None

    @property
    def verdict(self) -> str:
        """same, differs, or nothing."""
        return "" if self.same is None else "same" if self.same else "differs"

"""Rows of `model_manifests`: what every version was trained on, and the digest of its files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from retraining.records.file_hash import FileHash

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

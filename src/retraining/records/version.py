"""A registered version: what it was trained on, its files, its inputs, and what it answers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from retraining.records.run import Stamped
from retraining.records.trial import Trial
from served_model.column_values import Feature


@dataclass(frozen=True)
class FileHash:
    """One file of a registered version."""

    path: str
    """Relative to the version's folder."""
    sha256: str
    """Of the file's bytes, in hex."""


@dataclass(frozen=True)
class LeftOut:
    """Days that a fit left out because they were in doubt."""

    first: date
    """The first of them."""
    last: date
    """The last of them."""


Role = Literal["candidate", "refit", "adopted", "copied"]


@dataclass(frozen=True)
class Manifest(Stamped):
    """A step of a fit: RESERVED claims a retrain_key before it, REGISTERED adds the result. The training rows are the
    labelled current rows of committed batches up to batch_seq, without the days of strategy.exclude and left_out."""

    model: str
    """Name of the model."""
    retrain_key: str
    """Names the fit."""
    role: Role
    """candidate: judged by the gate. refit: fitted again with the hold-out. adopted: made elsewhere, its training rows
    are those that an operator named. copied: fitted by another target, judged like a candidate."""
    state: Literal["RESERVED", "REGISTERED"]
    """RESERVED: claimed before the fit. REGISTERED: the version exists."""
    seq: int
    """Number of the commit among the model's manifests; a candidate and its refit are reserved with the same one."""
    evaluation_id: str
    """The evaluation that decided to train; the retrain_key of an adopted or copied version."""
    action: Literal["update", "refit"]
    """update: base_version learned the rows of newer batches. refit: from scratch."""
    base_version: str | None
    """The version that an update starts from."""
    batch_seq: int
    """Newest batch whose rows could be used."""
    window_days: int | None
    """Length of the newest history that a refit learned; None for all of it."""
    train_from: str | None
    """Smallest ledger value of the training rows, as text; None for no bound."""
    train_before: str | None
    """The ledger value that the training rows end before; None for no bound."""
    holdout_from: str | None
    """First ledger value of the rows that judge the candidate; None for a reserved hold-out."""
    holdout_before: str | None
    """The ledger value that the hold-out ends before; None for a reserved hold-out."""
    trained_until: str | None
    """Newest ledger value that was learned."""
    trained_rows: int | None
    """Number of training rows; None before the fit, and for a copied version."""
    sampled: bool | None
    """Whether the rows were more than policy.max_rows, and a keyed sample was learned."""
    data_hash: str | None
    """Count and sum of the hashes of the training rows."""
    observations_version: int | None
    """Delta version of the observations that were read."""
    trivial_prediction: str | None
    """The training mean, or the share of each class as JSON; the most frequent class alone in rows of earlier code."""
    fit_seconds: float | None
    """Duration of the fit in seconds; None if it was not measured."""
    version: str | None
    """The version in the registry; None before it is registered."""
    mlflow_run_id: str | None
    """The MLflow run that logged the version; None before it is logged."""
    digest: str | None
    """Sha256 over the sorted (path, sha256) pairs of the files. It decides whether a version is loaded."""
    spec_hash: str
    """Hash of the model's spec."""
    code_version: str
    """Version of the code that made the row."""
    learning_hash: str | None = None
    """Hash of the spec's part that says how the version was made."""
    reproducible: bool = True
    """False once a key was forgotten that the version, or one it grew from, was trained on. A later row records it."""
    files: tuple[FileHash, ...] = ()
    """They show which file was changed, where the digest is another."""
    source: str | None = None
    """The source that counted batch_seq; None in rows that are older than this column."""
    kind: str | None = None
    """The kind of the model that was fitted; None for a version older than this column."""
    features: tuple[Feature, ...] = ()
    """The columns that the version was fitted on: it predicts with them, whatever the spec says by now. Empty for a
    version that was made elsewhere, or is older than this column."""
    rehearsed_rows: int = 0
    """Rows of earlier batches that an update was shown again, beside trained_rows."""
    left_out: tuple[LeftOut, ...] = ()
    """Days inside the bounds that were in doubt, and so not learned."""
    panel_version: int | None = None
    """Of a forecast: the version of the panel in `series_models`; None for every other kind."""
    series_models_version: int | None = None
    """Of a forecast: the Delta version of `series_models` that holds the panel as it was registered."""
    recipe: str | None = None
    """The recipe that built the estimator; None for a version made elsewhere, or older than this column."""
    params: str | None = None
    """The arguments that the recipe was called with, as JSON."""
    form_hash: str | None = None
    """Hash of how the version was made, recipe and params as a search found them: where that of a candidate is another
    than the champion's, it is a change to the gate. None where learning_hash says it all."""
    trials: tuple[Trial, ...] = ()
    """What a search tried before this version was fitted."""
    form_because: str | None = None
    """Why this form was chosen, as a sentence; None without a search."""
    start_gain: float | None = None
    """What a candidate gains from the version that its strategy starts from, over a fit from nothing on rows before the
    hold-out; as the gate counts gains. None without such a version, or where it could not be measured."""
    start_because: str | None = None
    """The same as a sentence, or why it could not be measured."""

    @property
    def made_as(self) -> str | None:
        """Hash of how the version was made."""
        return self.form_hash or self.learning_hash


@dataclass(frozen=True)
class Origin:
    """Where a version in the registry comes from, as the registry has it."""

    registered_by: str | None
    """Who registered it; None where the registry does not know."""
    registered_at: datetime
    """When it was registered."""
    run_id: str | None
    """The MLflow run that made it; None where it names none."""


@dataclass(frozen=True)
class ModelInput:
    """An input column of a registered model."""

    name: str
    """Name of the column."""
    type: str
    """MLflow's type, as text."""
    required: bool = True
    """Whether callers must send it."""


@dataclass(frozen=True)
class Signature:
    """What a registered model takes and returns."""

    inputs: tuple[ModelInput, ...]
    """The input columns, in order."""
    prediction: str | None
    """Type of the predictions, as text; None where the signature does not say."""


@dataclass(frozen=True)
class LoggedRun:
    """A run of this product in MLflow."""

    run_id: str
    """Id of the MLflow run."""
    manifest_seq: int
    """The number under which the attempt that logged the run would write its manifest."""
    versions: tuple[str, ...] = ()
    """Registered from the run."""
    aliased: tuple[str, ...] = ()
    """Those of them that an alias points to."""


@dataclass(frozen=True)
class FreshAnswers:
    """What a version answers in a process without this code."""

    predictions: tuple[float | str, ...]
    """Of all requests at once."""
    milliseconds: tuple[float, ...]
    """Of requests of one row, one after the other."""
    megabytes: float
    """Size of the version's files."""
    problem: str | None = None
    """Why there are no answers."""
    where: str = "in a fresh process"
    """What answered, as a part of a sentence."""


@dataclass(frozen=True)
class PredictionCount:
    """Predictions of one version in one batch."""

    batch_seq: int
    """Number of the batch."""
    rows: int
    """Predictions."""
    first_at: datetime
    """Clock of the first run that made them."""
    last_at: datetime
    """Clock of the last run that made them."""


@dataclass(frozen=True)
class Comparison:
    """One line of a comparison between what was registered and what was fitted again."""

    what: str
    """Name of what is compared."""
    registered: str
    """Its value in the registry, as text."""
    again: str
    """Its value after fitting again, as text."""
    same: bool | None
    """None where the line is for information only."""

    @property
    def verdict(self) -> str:
        """same, differs, or nothing."""
        return "" if self.same is None else "same" if self.same else "differs"

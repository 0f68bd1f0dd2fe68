"""Everything a page shows, as values: gathered by the stage, drawn by the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from retraining.records.batch import Batch
from retraining.records.control import Control
from retraining.records.decision import Decision
from retraining.records.drift import DetectorState, DriftMetric
from retraining.records.event import Event, Incident, TaskError
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.report.panel_data import PanelPage
from retraining.report.version_errors import VersionErrors
from retraining.rules.drift.shares import ColumnShares


@dataclass(frozen=True)
class Sample:
    """Up to ten quarantined rows of one reason: what the columns that matter to it look like, letters and digits
    masked."""

    reason: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class DailyError:
    """Error of one version on the rows of one day that it had not seen in training. is_static marks the first model,
    never retrained, beside the champions."""

    day: date
    version: str
    rows: int
    error: float
    is_static: bool = False


@dataclass(frozen=True)
class PageData:
    """One run of one model. events are oldest first and the last one is this run, so never empty.

    metric is what every model of the kind is followed by from day to day; judged_by the metric
    that decides at the gate, and verdicts the gains in it of the candidates so far, oldest first. daily_errors are in
    any order. drift holds recent evaluations, the newest one has the greatest batch_seq, and shares are of that one.
    detectors are the champion's, as they stand. batches are the closed ones of the source, oldest first; batch is the
    one whose rows are new to this run: it closed it, or a run of another model had (read_elsewhere). requested is the
    batch that an operator's job was about. decision, promotion, candidate, gate_results, samples, control and errors
    are this run's; promotions are all of the model's rows, incidents all of its incidents. panel is what only a
    forecast has, versions what every other model has once labels came.
    task_states are empty in a run by hand, which is all notebooks since the last page. in_workspace says how people
    start jobs where this one ran.
    """

    events: tuple[Event, ...]
    metric: str
    label: str = ""
    features: tuple[str, ...] = ()
    batch: Batch | None = None
    read_elsewhere: bool = False
    requested: Batch | None = None
    batches: tuple[Batch, ...] = ()
    samples: tuple[Sample, ...] = ()
    daily_errors: tuple[DailyError, ...] = ()
    drift: tuple[DriftMetric, ...] = ()
    shares: tuple[ColumnShares, ...] = ()
    detectors: tuple[DetectorState, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    promotion: Promotion | None = None
    candidate: Manifest | None = None
    control: Control | None = None
    errors: tuple[TaskError, ...] = ()
    decision: Decision | None = None
    gate_results: tuple[GateResult, ...] = ()
    judged_by: str | None = None
    verdicts: tuple[GateResult, ...] = ()
    incidents: tuple[Incident, ...] = ()
    task_states: Mapping[str, str] = field(default_factory=dict)
    panel: PanelPage | None = None
    in_workspace: bool = False
    versions: VersionErrors | None = None

    @property
    def run(self) -> Event:
        """This run."""
        return self.events[-1]

"""Values that fill a page, and what a browser would see of it."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

from retraining.records.batch import Batch, RuleCount
from retraining.records.decision import Decision
from retraining.records.drift import DetectorState, DriftMetric
from retraining.records.event import Event
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.report.page_data import DailyError, PageData, Sample
from retraining.rules.drift.shares import ColumnShares, SharePair

AT = datetime(2013, 2, 1, 6, 0, tzinfo=UTC)
VOID = {"meta", "link", "br", "img", "input", "hr"}


def event(run_id="101", **values) -> Event:
    """A run that promoted the first champion."""
    known = dict(run_id=run_id, model="flights", outcome="PROMOTE", batch_seq=1, attempt_id="a", at=AT)
    known |= dict(failed_tasks=(), skipped_tasks=(), tasks=())
    counts = dict(rows_read=27_004, rows_accepted=26_398, rows_quarantined=606, rows_already_present=0, rows_late=0)
    counts |= dict(refusals=(RuleCount("origin_not_null", 6), RuleCount("label_missing", 600)))
    decided = dict(action="refit", first_reason="There is no champion yet.", gate="passed", champion_after="2")
    return Event(**{**_nothing(Event), **known, **counts, **decided, **values})


def idle(run_id="103", **values) -> Event:
    """A run that found nothing new and has no champion."""
    nothing = dict(rows_read=0, rows_accepted=0, rows_quarantined=0, refusals=())
    nothing |= dict(action=None, first_reason=None, gate=None)
    return event(run_id, **{**nothing, "outcome": "KEEP", "champion_after": None, "batch_seq": None, **values})


def batch(number=1, **values) -> Batch:
    """A closed batch."""
    counts = dict(rows_read=1000, rows_accepted=900, rows_quarantined=100, rows_already_present=0)
    named = dict(source="flights", batch_seq=number, state="COMMITTED", warnings=(), held_because=(), refusals=())
    return Batch(**{**_nothing(Batch), **named, **counts, **values})


def metric(column="distance", batch=1, index: float | None = 0.05, **values) -> DriftMetric:
    """One column in one batch, held to 0.2."""
    verdict = "not_enough_data" if index is None else "drifted" if index > 0.2 else "stable"
    named = dict(model="flights", evaluation_id=f"e{batch}", seq=batch, batch_seq=batch, champion_version="2")
    column_values = dict(column_name=column, kind="numeric", rows=900, reference_rows=900, reason="Because.")
    shares = dict(null_share=0.0, reference_null_share=0.0, noise_floor=0.01, threshold=0.2, verdict=verdict)
    measured = dict(against="reference", measure="wasserstein", wasserstein=index, unseen=(), nan_share=0.0)
    ends = dict(run_id="101", attempt_id="a", at=AT)
    return DriftMetric(**{**_nothing(DriftMetric), **named, **column_values, **shares, **measured, **ends, **values})


def shares(column="carrier", *pairs: tuple[str, float, float]) -> ColumnShares:
    """Groups of a column: name, share of the reference, share of the batch."""
    known = pairs or (("AA", 0.6, 0.1), ("BB", 0.4, 0.6), ("unseen", 0.0, 0.3))
    return ColumnShares(column, tuple(SharePair(*pair) for pair in known))


def detector(name="ADWIN", **values) -> DetectorState:
    """A detector that has seen nothing unusual in batch 2."""
    named = dict(model="flights", version="2", seq=1, detector=name, batch_seq=2, rows=900, late=0, alarms=0)
    ends = dict(level="stable", run_id="101", attempt_id="a", at=AT)
    return DetectorState(**{**_nothing(DetectorState), **named, **ends, **values})


def check(name="gain", **values) -> GateResult:
    """A check that passed, with an interval."""
    named = dict(model="flights", retrain_key="k", seq=1, question="refresh", candidate_version="3", check=name)
    gain = dict(value=0.04, lower=-0.01, upper=0.09, threshold=-0.05, verdict="passed", sentence="RMSE 11 against 12.")
    ends = dict(metric="rmse", holdout_rows=900, holdout_blocks=30, run_id="101", attempt_id="a", at=AT)
    return GateResult(**{**_nothing(GateResult), **named, **gain, **ends, **values})


def decision(*reasons: str) -> Decision:
    """A decision to train, with its evidence."""
    numbers = dict(seq=1, batch_seq=1, new_labelled_rows=26_398, realised_error_rows=900, min_new_rows=1000)
    policy = dict(cheap_fit_seconds=60.0, max_age_days=180, max_error_increase=0.1, spec_hash="3f6c")
    named = dict(
        model="flights", evaluation_id="e1", action="refit", reasons=reasons, run_id="101", attempt_id="a", at=AT
    )
    nothing = {**_nothing(Decision), "doubted": (), "open_faults": ()}
    return Decision(**{**nothing, **numbers, **policy, **named})


def promoted(*moves: tuple[str, str]) -> tuple[Promotion, ...]:
    """Decisions ("PROMOTE", "1"), ("ROLLBACK", "1"), in order, each with the note that it is applied."""
    rows = []
    for seq, (outcome, version) in enumerate(moves, start=1):
        named = dict(model="flights", seq=seq, outcome=outcome, version=version, batch_seq=seq, reasons=("Because.",))
        ends = dict(run_id=str(seq), attempt_id="a", at=AT)
        rows += [
            Promotion(**{**_nothing(Promotion), **named, **ends, "state": each}) for each in ("DECIDED", "APPLIED")
        ]
    return tuple(rows)


def errors(version: str, first: date, days: int, error=12.0, is_static=False) -> tuple[DailyError, ...]:
    """The same error on every day."""
    return tuple(DailyError(first + timedelta(day), version, 100, error, is_static) for day in range(days))


def full_page(**values) -> PageData:
    """A page on which every part has something to show."""
    full = dict(
        events=(event("101"), event("102", champion_before="2", error_before=12.345678)),
        metric="rmse",
        label="air_time",
        features=("distance", "carrier"),
        batch=batch(2),
        batches=(batch(1), batch(2)),
        samples=(Sample("label_missing", ("carrier", "air_time"), (("xx", "x9"), ("x9", "9.9"))),),
        daily_errors=(
            *errors("1", date(2013, 1, 1), 20, 14.0, is_static=True),
            *errors("1", date(2013, 1, 1), 10),
            *errors("2", date(2013, 1, 11), 10),
        ),
        drift=(metric(batch=1), metric(batch=2), metric("carrier", 1), metric("carrier", 2, 0.4)),
        promotions=promoted(("PROMOTE", "1"), ("PROMOTE", "2")),
        decision=decision("26,398 labelled rows are new.", "The realised error grew."),
        gate_results=(check(), check("finite_predictions", value=0.0, lower=None, upper=None, threshold=0.0)),
    )
    return PageData(**{**full, **values})


class Seen(HTMLParser):
    """What a page holds: visible text, links, ids, data-mark of charts, and tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.links, self.ids, self.marks, self.labels, self.wrong = [], [], [], [], [], []
        self._open = []
        self.feed(page)
        self.close()
        self.wrong += self._open

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self._open += [] if tag in VOID else [tag]
        self.links += [known["href"]] if tag == "a" else []
        self.ids += [known["id"]] if "id" in known else []
        self.marks += [known["data-mark"]] if "data-mark" in known else []
        self.labels += [known.get("aria-label")] if tag == "svg" else []

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self._open = self._open[:-1] if tag not in VOID else self._open

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data)


def _nothing(record: type) -> dict[str, None]:
    return dict.fromkeys((each.name for each in fields(record)), None)

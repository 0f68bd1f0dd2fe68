"""An example page from made-up numbers, always the same: what the report looks like without running anything."""

import math
import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from retraining.records.batch import Batch, RuleCount
from retraining.records.decision import Decision
from retraining.records.drift import DetectorState, DriftMetric
from retraining.records.event import Event
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.report.headline import headlines
from retraining.report.index import ModelRuns, render_index
from retraining.report.page import render_run_page
from retraining.report.page_data import DailyError, PageData, Sample
from retraining.report.words import NOTHING, newest_path
from retraining.rules.drift.shares import ColumnShares, SharePair

MODEL, METRIC = "example_air_time", "rmse"
# Month by month: outcome, the champion after it. The last run is the page's.
MONTHS = [("PROMOTE", "1"), ("PROMOTE", "3"), ("REJECT", "3"), ("PROMOTE", "6"), ("KEEP", "6"), ("ROLLBACK", "3")]
MONTHS += [("PROMOTE", "9"), ("REJECT", "9"), ("PROMOTE", "12")]
REFUSALS = (RuleCount("label_missing", 771), RuleCount("distance_in_range", 18), RuleCount("conflicting_duplicate", 4))
COLUMNS = {"distance": 0.02, "hour": 0.05, "dest_lat": 0.07, "dest_lon": 0.04, "carrier": 0.31, "origin": 0.012}
CANDIDATES = {0: "1", 1: "2", 2: "4", 3: "5", 6: "8", 7: "10", 8: "11"}
LOOP = ("ingest", "score", "check_drift", "retrain", "promote")
GATE_SENTENCE = (
    "RMSE 11.6 against 12.1 of the champion on 26,871 rows of 30 days: gain +4.1%, 95 % bounds -1.2% to +9.4%; it "
    "needs more than -5.0% and an upper bound of at least 0."
)
FIRST_REASON = "26,871 labelled rows are new and a fit is cheap (2.1 s, policy.cheap_fit_seconds 60)."
SECOND_REASON = "The realised error 12.1 on 26,871 rows exceeds the 10.9 measured at promotion by more than 10%."


def write_pages(folder: Path, pages: Sequence[PageData]) -> None:
    """The page of each model's newest run, and the index of all models, as report stores them."""
    told = [_with_headline(each) for each in pages]
    for each in told:
        page = folder / newest_path(each.run.model)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(render_run_page(each), "utf-8")
    index = render_index([ModelRuns(each.events, each.metric) for each in told])
    (folder / "index.html").write_text(index, "utf-8")


def _with_headline(data: PageData) -> PageData:
    """The last event as report stores it."""
    said = headlines(data)[0]
    names = dict(level=said.tone, headline=said.title, headline_sentence=said.sentence, what_to_do=said.todo)
    error = data.errors[0].line if data.errors else None
    return replace(data, events=(*data.events[:-1], replace(data.run, **names, error=error)))


def example_page() -> PageData:
    """A model in its ninth month: promotions, a rollback, drift in one column."""
    return PageData(
        events=tuple(event(place) for place in range(len(MONTHS))),
        metric=METRIC,
        label="air_time",
        features=tuple(COLUMNS),
        batch=batch(len(MONTHS) - 1),
        batches=tuple(batch(place) for place in range(len(MONTHS))),
        samples=(
            Sample(
                "label_missing",
                ("carrier", "flight", "time_hour", "air_time"),
                (("xx", "999", "9999-99-99", NOTHING),) * 10,
            ),
        ),
        daily_errors=daily_errors(),
        drift=tuple(drift()),
        shares=tuple(shares(name, level) for name, level in {":prediction": 0.06, **COLUMNS}.items()),
        detectors=tuple(detector(name) for name in ("ADWIN", "DDM", "EDDM", "PageHinkley")),
        promotions=tuple(promotion(place) for place in range(len(MONTHS)) if MONTHS[place][0] != "KEEP"),
        decision=decision(),
        gate_results=gate_results(),
    )


def started(place: int) -> datetime:
    """The second day of the month after the data's."""
    return datetime(2013, 2 + place, 2, 6, 12, tzinfo=UTC)


def event(place: int) -> Event:
    """One monthly run."""
    outcome, after = MONTHS[place]
    before = MONTHS[place - 1][1] if place else None
    asked = outcome in ("PROMOTE", "REJECT")
    return Event(
        run_id=str(8_801_340_572_100 + place * 317),
        model=MODEL,
        metric=METRIC,
        outcome=outcome,
        batch_seq=place + 1,
        rows_read=27_664 + 311 * (place % 4),
        rows_accepted=26_871 + 311 * (place % 4),
        rows_quarantined=793,
        rows_already_present=0,
        rows_late=0,
        rows_older=0,
        refusals=REFUSALS,
        watermark_lag_days=1.3,
        champion_before=before,
        error_before=None if place == 0 else 12.1 + 0.37 * ((place * 5) % 4),
        static_error=None if place == 0 else 12.9 + 0.61 * ((place * 5) % 4),
        drift_verdict=None if place == 0 else "stable",
        worst_column=None if place == 0 else "carrier",
        action="refit" if asked else "keep",
        first_reason=FIRST_REASON,
        candidate_version=CANDIDATES.get(place),
        gate={"PROMOTE": "passed", "REJECT": "failed"}.get(outcome),
        gate_sentence=GATE_SENTENCE if place == len(MONTHS) - 1 else None,
        champion_after=after,
        failed_tasks=(),
        tasks=LOOP,
        attempt_id="example",
        at=started(place),
    )


def batch(place: int) -> Batch:
    """The batch of one monthly run; of the fifth a fifth was refused."""
    nothing = dict.fromkeys(each.name for each in fields(Batch))
    run = event(place)
    counts = {name: getattr(run, name) for name in ("rows_read", "rows_accepted", "rows_quarantined", "refusals")}
    if place == 4:
        counts |= {"rows_accepted": 21_900, "rows_quarantined": 5_927}
    state = {"state": "COMMITTED", "held_because": (), "run_id": run.run_id}
    return Batch(**{**nothing, **counts, **state, "source": MODEL, "batch_seq": place + 1, "warnings": ()})


def promotion(place: int) -> Promotion:
    """The decision of one monthly run."""
    outcome, after = MONTHS[place]
    return Promotion(
        model=MODEL,
        seq=place + 1,
        state="DECIDED",
        outcome=outcome,
        version=after,
        previous_version=MONTHS[place - 1][1] if place else None,
        candidate_version=None,
        retrain_key=None,
        request_id=None,
        batch_seq=place + 1,
        reasons=("An example.",),
        run_id=event(place).run_id,
        attempt_id="example",
        at=started(place),
    )


def daily_errors() -> tuple[DailyError, ...]:
    """Champions month by month, and the first one as it would have aged."""
    chance = random.Random(2013)
    days = [date(2013, 2, 1) + timedelta(days=place) for place in range(240)]
    rows = []
    for day in days:
        season = 2.6 * (1 - math.cos((day.month - 2 + day.day / 31) / 8 * math.pi))
        noise = abs(chance.gauss(0, 0.9))
        version = MONTHS[min(day.month - 2, len(MONTHS) - 2)][1]
        rows.append(DailyError(day, version, 880, 10.8 + noise + 0.3 * season))
        rows.append(DailyError(day, "1", 880, 10.8 + noise + season, is_static=True))
    return tuple(rows)


def drift() -> list[DriftMetric]:
    """Seven columns over nine batches; `carrier` drifts, `hour` has too few rows in the first one."""
    chance = random.Random(7)
    rows = []
    for batch in range(1, len(MONTHS) + 1):
        for place, (name, level) in enumerate({":prediction": 0.06, **COLUMNS}.items()):
            index = level * (0.35 + 0.1 * batch) * chance.uniform(0.7, 1.3)
            rows.append(drift_metric(batch, place, name, None if name == "hour" and batch == 1 else index))
    return rows


def shares(name: str, level: float) -> ColumnShares:
    """Groups that moved by about the level of the column."""
    chance = random.Random(name)
    carriers = {"UA": 0.176, "B6": 0.163, "EV": 0.161, "DL": 0.144, "AA": 0.098, "MQ": 0.08, "US": 0.062, "9E": 0.054}
    airports = {"EWR": 0.36, "JFK": 0.33, "LGA": 0.31}
    deciles = {f"{200 + 260 * place}": 0.1 for place in range(9)} | {"> 2280": 0.1}
    before = {"carrier": carriers | {"other": 0.062}, "origin": airports}.get(name, deciles)
    moved = {group: share * (1 + 2 * level * chance.uniform(-1, 1)) for group, share in before.items()}
    now = moved | ({"unseen": 0.08} if name == "carrier" else {})
    total = sum(now.values())
    return ColumnShares(name, tuple(SharePair(each, before.get(each, 0.0), now[each] / total) for each in now))


def detector(name: str) -> DetectorState:
    """As it stands after the newest batch; one raised an alarm."""
    alarms = 29 if name == "ADWIN" else 0
    return DetectorState(
        model=MODEL,
        version="9",
        seq=len(MONTHS),
        detector=name,
        state="{}",
        batch_seq=len(MONTHS),
        newest="2013-09-30T23:00:00.000000Z",
        rows=26_871,
        late=14,
        alarms=alarms,
        first_alarm="2013-09-12T17:00:00.000000Z" if alarms else None,
        level="warning" if name == "DDM" else "stable",
        run_id=event(len(MONTHS) - 1).run_id,
        attempt_id="example",
        at=started(len(MONTHS) - 1),
    )


def drift_metric(batch: int, place: int, name: str, index: float | None) -> DriftMetric:
    """One column in one batch, with distances that go with its index."""
    drifted = index is not None and index > 0.2
    kind = "categorical" if name in ("carrier", "origin") else "numeric"
    known = index or 0.0
    return DriftMetric(
        model=MODEL,
        evaluation_id=f"example-{batch}",
        seq=batch * 10 + place,
        batch_seq=batch,
        champion_version="1",
        column_name=name,
        kind=kind,
        rows=26_871,
        reference_rows=26_398,
        against="reference",
        measure="jensen_shannon" if kind == "categorical" else "wasserstein",
        population_stability_index=index,
        kl_divergence=None if index is None else known / 2,
        jensen_shannon=index if kind == "categorical" or index is None else math.sqrt(known / 8),
        kolmogorov_smirnov=None if kind == "categorical" else math.sqrt(known) / 3,
        wasserstein=None if kind == "categorical" else index,
        total_variation=None if index is None else math.sqrt(known) / 3,
        l_infinity=None if index is None else math.sqrt(known) / 6,
        chi_squared=None if index is None else known * 26_871,
        nan_share=0.0,
        unseen=(),
        mean=None,
        reference_mean=None,
        standard_deviation=None,
        reference_deviation=None,
        null_share=0.0021 if name.startswith("dest") else 0.0,
        reference_null_share=0.0019 if name.startswith("dest") else 0.0,
        unseen_share=0.004 if kind == "categorical" else None,
        noise_floor=0.011,
        threshold=0.2,
        verdict="not_enough_data" if index is None else "drifted" if drifted else "stable",
        reason="Batch 1 has 12 rows; 100 are needed."
        if index is None
        else f"The distance {known:.3f} is {'over' if drifted else 'below'} the threshold 0.200.",
        run_id=event(batch - 1).run_id,
        attempt_id="example",
        at=started(batch - 1),
    )


def decision() -> Decision:
    """Why the last run trained a candidate."""
    return Decision(
        model=MODEL,
        evaluation_id="example-9",
        seq=9,
        batch_seq=9,
        champion_version="9",
        action="refit",
        reasons=(FIRST_REASON, SECOND_REASON),
        new_labelled_rows=26_871,
        holdout_days=30,
        holdout_from="2013-09-01",
        holdout_before="2013-10-01",
        champion_age_days=61.0,
        last_fit_seconds=2.1,
        realised_error=12.1,
        realised_error_rows=26_871,
        expected_error=10.9,
        blocked_until_after_batch=None,
        days_since_attempt=31.0,
        drift_verdict="drifted",
        drift_worst_column="carrier",
        drift_reason="1 of 6 feature columns drifted; drift.max_drifted_share is 20%.",
        drift_persists=False,
        can_update=False,
        refusals_in_a_row=0,
        frozen=False,
        previous_version="8",
        previous_wins=False,
        previous_reason="Version 8, the champion before, is not shown to beat champion version 9: RMSE 12.4 against "
        "12.1 on 26,871 rows of 30 days, better in 1 of the newest 3 batches, gain -2.5%, 95 % lower bound -6.1%; "
        "the correlation of a day with the next is at most 0.85, which is assumed, because the history is too short.",
        cheap_fit_seconds=60.0,
        min_new_rows=1000,
        max_age_days=180,
        max_error_increase=0.1,
        cooldown_days=1,
        daily_losses=(),
        spec_hash="3f6c0d52b1a4",
        run_id=event(8).run_id,
        attempt_id="example",
        at=started(8),
    )


def gate_results() -> tuple[GateResult, ...]:
    """A pass: the gain's interval lies right of the threshold."""
    gain = GateResult(
        model=MODEL,
        retrain_key="example",
        seq=1,
        question="refresh",
        candidate_version="11",
        champion_version="9",
        check="gain",
        verdict="passed",
        value=0.041,
        lower=-0.012,
        upper=0.094,
        threshold=-0.05,
        sentence=GATE_SENTENCE,
        metric=METRIC,
        candidate_error=11.6,
        baseline_error=12.1,
        level=0.95,
        correlation=0.65,
        correlation_days=None,
        holdout_from=None,
        holdout_before=None,
        holdout_rows=26_871,
        holdout_blocks=30,
        run_id=event(8).run_id,
        attempt_id="example",
        at=started(8),
    )
    finite = "All 26871 hold-out predictions are finite."
    whole = replace(gain, check="finite_predictions", value=0.0, lower=None, upper=None, threshold=0.0, sentence=finite)
    told = "MAE 8.1 against 8.0 of the champion on 26,871 rows of 30 days: gain -0.9%; reported only."
    mae = replace(gain, check="reported_mae", metric="mae", value=-0.009, lower=-0.05, upper=0.03, threshold=None)
    return whole, gain, replace(mae, sentence=told)

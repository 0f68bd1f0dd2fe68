"""What a decision looks at, from control rows alone: open data faults, and an error with the noise of its days."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from tests.loop import toy_spec

from retraining.adapters.tables.batches import UsableBatches
from retraining.records.batch import Batch
from retraining.records.change import DataFault
from retraining.records.decision import DailyLoss, Decision, Evidence, Thresholds
from retraining.records.drift import DriftMetric, DriftReference
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.decide import decide
from retraining.rules.drift.batch_verdict import judge_batch
from retraining.rules.drift.profile import Profile
from retraining.rules.ingest.batch_numbers import BatchNumbers
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.performance.grown_error import error_has_grown
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.decide.evidence import Measurements, Wishes, collect_evidence
from retraining.steps.drift.classify_change import recent_level
from retraining.steps.drift.evaluate_drift import BatchDrift, skipped_batches
from retraining.steps.drift.profile_batch import BatchProfiles

AT = datetime(2013, 1, 1, tzinfo=UTC)
FIRST_DAY = date(2013, 3, 1)


def row(record: type, **values):
    """A row of a control table, with nothing else in it."""
    names = [each.name for each in fields(record)]
    named = {"source": "toy"} if "source" in names else {}
    return record(**{**dict.fromkeys(names), "at": AT, **named, **values})


CHAMPION = row(Manifest, version="2", batch_seq=3, state="REGISTERED", role="candidate", retrain_key="k")
LIVE = row(Promotion, seq=1, state="DECIDED", outcome="PROMOTE", version="2", batch_seq=3, retrain_key="k", answers=())
GATE = row(GateResult, retrain_key="k", check="gain", metric="rmse", candidate_error=10.0)
NO_HISTORY = ModelHistory("toy")
POLICY = Thresholds(cheap_fit_seconds=0, min_new_rows=1, max_age_days=999, max_error_increase=0.2, cooldown_days=0)


def source(through: int, without: tuple[int, ...] = (), ledger: str = "timestamp") -> IngestedSource:
    usable = UsableBatches(through, without)
    return IngestedSource("toy", Ledger("at", ledger), usable, None, None, BatchNumbers("toy", AT), ())


def evidence(through=5, without=(), history=NO_HISTORY, spec=None, ledger="timestamp", **measured) -> Evidence:
    known = replace(history, promotions=[LIVE, *history.promotions], gate_results=[GATE], manifests=[CHAMPION])
    measurements = Measurements(**{"losses": (), "new_rows": {FIRST_DAY: 900}, **measured})
    found = source(through, without, ledger)
    return collect_evidence(spec or toy_spec(), found, known, CHAMPION, measurements, Wishes())


def losses(means, batch: int, first: date | None = FIRST_DAY, rows: int = 10, version: str = "2"):
    days = [None if first is None else first + timedelta(place) for place in range(len(means))]
    return tuple(
        DailyLoss(version, batch, batch, day, rows, rows * mean) for day, mean in zip(days, means, strict=True)
    )


# Data faults.

REFERENCE = row(
    DriftReference,
    version="2",
    column_name="x",
    kind="numeric",
    categories=(),
    edges=(1000.0,),
    counts=(500, 500),
    sums=(2e5, 8e5),
    rows=1000,
    nulls=0,
    mean=1000.0,
    standard_deviation=700.0,
)
METRIC = row(
    DriftMetric,
    batch_seq=5,
    champion_version="2",
    against="reference",
    column_name="x",
    kind="numeric",
    rows=300,
    reference_rows=1000,
    null_share=0.0,
    reference_null_share=0.0,
    unseen=(),
    mean=1.0,
    standard_deviation=0.7,
    reference_mean=1000.0,
    reference_deviation=700.0,
    measure="wasserstein",
    wasserstein=1.4,
    threshold=0.1,
    verdict="drifted",
    reason="Moved.",
)
TODAY = {FIRST_DAY: Profile((300, 0), (300.0, 0.0), minimum=0.1, maximum=3.0)}
BEFORE = {FIRST_DAY - timedelta(1): Profile((150, 150), (9e4, 3e5), minimum=0.0, maximum=3e3)}


def drift(metric: DriftMetric = METRIC, before=BEFORE) -> BatchDrift:
    spec = toy_spec()
    profiles = BatchProfiles({"x": TODAY}, {"x": before})
    return BatchDrift(judge_batch((metric,), spec.drift), (metric,), (metric,), (REFERENCE,), profiles)


FAULTY = evidence(drift=drift())
(FAULT,) = FAULTY.open_faults


def decided(found: Evidence) -> Decision:
    return replace(row(Decision, model="toy", daily_losses=()), **vars(found))


def release(*faults: DataFault) -> Promotion:
    return replace(LIVE, seq=2, outcome="RELEASED", reasons=("The feed is in kilometres.",), answers=faults)


def test_distances_in_another_unit_are_an_open_fault_with_batch_and_days_and_nothing_is_trained():
    assert (FAULT.batch_seq, FAULT.fault, FAULT.detail) == (5, "changed_unit", "1/1,000 of")
    assert (FAULT.first_day, FAULT.last_day, FAULT.champion_version) == (FIRST_DAY, FIRST_DAY, "2")
    assert FAULTY.change == "data_fault"
    assert decide(FAULTY, POLICY).action == "keep"
    assert decide(FAULTY, POLICY).reasons[0].startswith(f"Batch 5 ({FIRST_DAY}) has a data fault: {FAULT.sentence}")


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        (dict(), True),
        (dict(without=(5,)), False),
        (dict(without=(4,)), True),
        (dict(history=ModelHistory("toy", promotions=[release(FAULT)])), False),
        (dict(history=ModelHistory("toy", promotions=[release()])), True),
        (dict(spec=toy_spec(strategy={"exclude": [dict(start="2013-03-01", end="2013-03-02", reason="Bad.")]})), False),
        (dict(spec=toy_spec(columns={"label": "y", "numeric": ["another"]})), False),
        (dict(spec=toy_spec(strategy={"exclude": [dict(start="2013-03-02", end="2013-03-09", reason="Bad.")]})), True),
    ],
    ids=[
        *("nobody", "withdrawn or replayed", "another batch", "released", "released for another reason", "excluded"),
        *("no feature any more", "other days excluded"),
    ],
)
def test_later_batches_do_not_close_it_but_a_release_a_repair_and_excluded_days_do(later, is_open):
    known = later.pop("history", NO_HISTORY)
    found = evidence(9, history=replace(known, decisions=[decided(FAULTY)]), **later)

    assert found.open_faults == ((FAULT,) if is_open else ())


def test_a_release_answers_the_same_fault_of_the_next_batch_and_is_named():
    known = ModelHistory("toy", decisions=[decided(FAULTY)], promotions=[release(FAULT)])

    found = evidence(6, history=known, drift=drift(replace(METRIC, batch_seq=6)))

    assert (found.open_faults, found.fault_answer, found.change) == ((), "The feed is in kilometres.", "data_fault")


def test_a_faulty_batch_whose_run_failed_before_its_decision_is_found_by_the_next_one():
    clean = replace(METRIC, batch_seq=7, verdict="stable")
    found = evidence(7, drift=replace(drift(clean), skipped=[drift(), drift(replace(clean, batch_seq=6))]))

    assert found.open_faults == (FAULT,)
    assert evidence(7, (5,), drift=replace(drift(clean), skipped=[drift()])).open_faults == ()


@pytest.mark.parametrize(
    ("decided", "learned", "skipped"),
    [
        ([3], 2, [4, 6]),
        ([3, 7], 2, [4, 6]),
        ([6], 2, []),
        ([], 3, [4, 6]),
        ([], 0, [1, 2, 3, 4, 6]),
        ([2], 4, [6]),
    ],
)
def test_skipped_batches_are_those_with_rows_since_the_last_decision_and_after_what_the_champion_learned(
    decided, learned, skipped
):
    """Batch 5 was withdrawn, batch 7 is the newest."""
    batches = tuple(row(Batch, batch_seq=number, state="COMMITTED", rows_accepted=9) for number in range(1, 8))
    known = replace(source(7, without=(5,)), _batches=batches)

    assert skipped_batches(known, decided, learned) == skipped


FROZEN = replace(METRIC, mean=7.0, standard_deviation=0.0)
ONE_A_DAY = {FIRST_DAY - timedelta(1): Profile((300, 0), (2100.0, 0.0), minimum=7.0, maximum=7.0)}


def test_a_column_with_one_value_a_day_is_not_certain_to_be_frozen_but_one_that_froze_stays_it():
    assert [each.fault for each in evidence(drift=drift(FROZEN)).open_faults] == ["frozen"]
    assert evidence(drift=drift(FROZEN, ONE_A_DAY)).open_faults == ()

    known = ModelHistory("toy", decisions=[decided(evidence(drift=drift(FROZEN)))])
    found = evidence(6, (5,), known, drift=drift(replace(FROZEN, batch_seq=6), ONE_A_DAY))
    assert [(each.batch_seq, each.fault) for each in found.open_faults] == [(6, "frozen")]


# The error.


def test_losses_of_withdrawn_batches_and_of_predictions_from_their_rows_say_nothing():
    wrong = losses([9e6] * 7, 4)
    late = tuple(replace(each, batch_seq=5) for each in wrong)
    right = losses([100.0] * 7, 5, FIRST_DAY + timedelta(7))

    assert evidence(losses=(*wrong, *right)).recent_error == pytest.approx(10.0)
    assert evidence(losses=(*late, *right)).realised_error > 1000
    assert evidence(without=(4,), losses=(*late, *right)).realised_error == pytest.approx(10.0)


def test_the_error_of_the_newest_days_has_a_bound_and_a_sentence():
    found = evidence(losses=losses([200.0, 220.0, 240.0, 210.0, 190.0, 230.0, 215.0], 5))

    assert found.recent_error == pytest.approx(14.66, abs=0.01)
    assert 10 < found.recent_error_lower < found.recent_error
    assert found.recent_error_days == 7
    assert found.recent_error_reason == (
        f"On 70 rows of the newest 7 days it is 14.66, and at least {found.recent_error_lower:.4g} by their own noise "
        f"(95 %)."
    )


def test_few_days_ask_for_nothing_and_batches_stand_for_days_that_rows_do_not_have():
    assert evidence(losses=losses([900.0] * 5, 5)).recent_error is None
    assert not error_has_grown(evidence(losses=losses([900.0] * 5, 5)), 0.2)

    timeless = [each for batch in range(4, 10) for each in losses([400.0 + batch], batch, None)]
    found = evidence(9, losses=timeless, ledger="integer", spec=toy_spec(gate={"holdout": "reserved"}))
    assert (found.recent_error_days, error_has_grown(found, 0.2)) == (6, True)
    assert "of the newest 6 batches it is" in found.recent_error_reason


def day_means(draw: np.random.Generator, kind: str, days: int, rows: int, worse: float = 1.0) -> list[float]:
    """Mean losses of days that resemble each other as those of flights do."""
    shared = np.empty(days)
    shared[0] = draw.normal()
    for day in range(1, days):
        shared[day] = 0.65 * shared[day - 1] + np.sqrt(1 - 0.65**2) * draw.normal()
    levels = worse * np.exp(0.3 * shared - 0.045)
    if kind == "regression":
        return [float(np.mean(draw.normal(size=rows) ** 2) * level) for level in levels]
    share = {"rare": 0.02, "binary": 0.1, "many classes": 0.3}[kind]
    return [draw.binomial(rows, min(1.0, share * level)) / rows for level in levels]


def asks(kind: str, rows: int, batch_days: int, worse: float = 1.0) -> tuple[float, float]:
    """In which share of batches a model asks for a fit, by the rule and by the margin alone. Its error at promotion was
    measured on a hold-out of a week."""
    spec = toy_spec() if kind == "regression" else toy_spec(kind="classification")
    by_rule: list[bool] = []
    by_margin: list[bool] = []
    for seed in range(40):
        draw = np.random.default_rng(seed)
        error = np.mean(day_means(draw, kind, 7, rows))
        expected = float(np.sqrt(error) if kind == "regression" else error)
        means = day_means(draw, kind, 12 * batch_days, rows, worse)
        for batch in range(1, 13):
            known = [
                replace(each, batch_seq=place // batch_days + 1)
                for place, each in enumerate(losses(means[: batch * batch_days], 1, rows=rows))
            ]
            level, days = recent_level(spec, known, expected, batch, True)
            found = float(np.mean(means[(batch - 1) * batch_days : batch * batch_days]))
            realised = float(np.sqrt(found) if kind == "regression" else found)
            root = (lambda mean: float(np.sqrt(max(0.0, mean)))) if kind == "regression" else float
            seen = replace(
                FAULTY,
                realised_error=realised,
                expected_error=expected,
                recent_error_days=days,
                recent_error=root(level.mean) if level else None,
                recent_error_lower=root(level.lower) if level else None,
            )
            by_rule.append(error_has_grown(seen, 0.2))
            by_margin.append(error_has_grown(replace(seen, recent_error_days=None), 0.2))
    return float(np.mean(by_rule)), float(np.mean(by_margin))


@pytest.mark.parametrize("batch_days", [1, 7], ids=["daily", "weekly"])
@pytest.mark.parametrize("kind", ["regression", "rare", "binary", "many classes"])
def test_an_unchanged_model_asks_for_a_fit_in_few_of_its_small_batches(kind, batch_days):
    by_rule, by_margin = asks(kind, 20, batch_days)

    assert by_rule <= 0.05
    assert by_margin >= 0.12  # what the margin alone does


@pytest.mark.parametrize("kind", ["regression", "binary", "many classes"])
def test_a_model_that_is_twice_as_bad_asks_in_two_of_five_weeks_at_least(kind):
    assert asks(kind, 100, 7, 4.0 if kind == "regression" else 2.0)[0] >= 0.4

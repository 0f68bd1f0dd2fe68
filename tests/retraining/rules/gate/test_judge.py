"""May the candidate go live?"""

import math
from dataclasses import replace

import numpy as np
import pytest

from retraining.records.gate import Check
from retraining.rules.gate.correlation import ASSUMED, INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms, Sanity
from retraining.rules.gate.holdout import Looks
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.judge import judge
from retraining.rules.gate.metrics import find_metric

BETTER = [-0.20, -0.21, -0.19, -0.20, -0.21, -0.19]
EQUAL = [0.0] * 6
SLIGHTLY_WORSE = [0.02, -0.004, 0.018, -0.002, 0.015, -0.007]  # 0.7 % worse on average, but better on half of the days
UNCLEAR = [0.05, -0.03, 0.04, -0.02, 0.03, -0.01]  # 1 % worse on average; 10 % worse is possible
CLEARLY_WORSE = [0.021, 0.019, 0.020, 0.021, 0.019, 0.020]  # 2 % worse on every day
MUCH_WORSE = [0.30, -0.10, 0.20, -0.05, 0.15, -0.02]  # 8 % worse, on days so different that nothing is shown
SHOWN_BUT_SMALL = [-0.021, -0.019, -0.020, -0.021, -0.019, -0.020]
LARGE_BUT_NOT_SHOWN = [-0.40, 0.20, -0.30, 0.10, -0.30, 0.20]
PERHAPS_BETTER = [-0.10, 0.10, -0.10, 0.05, -0.05, 0.04]  # 1 % better on average


KINDS = {"rmse": "regression", "mae": "regression", "r2": "regression", "error_rate": "classification"}


def evaluation_of(metric: str, blocks: list[tuple[float, float, float]], are_days: bool, broken: int = 0) -> Evaluation:
    """Blocks of rows, candidate's loss, baseline's loss."""
    rows, ours, theirs = np.array(blocks, dtype=float).reshape(-1, 3).T
    sums = PairedSums(rows, np.column_stack([rows, ours]), np.column_stack([rows, theirs]))
    correlation = ASSUMED if are_days else INDEPENDENT
    return Evaluation((find_metric(metric, KINDS[metric]),), (sums,), are_days, correlation, Sanity(broken))


def days(worse: list[float], broken: int = 0) -> Evaluation:
    """The champion errs on 100 of 1000 rows a day, the candidate on that share more."""
    return evaluation_of("error_rate", [(1_000, 100 * (1 + each), 100.0) for each in worse], True, broken)


def reserved(rows: int, loss: float = 1.0) -> Evaluation:
    """One row a bucket."""
    return evaluation_of("rmse", [(1, loss, 4.0 + row % 2) for row in range(rows)], False)


def checks(question: str, evaluation: Evaluation, **asked) -> dict[str, Check]:
    return {check.name: check for check in judge(GateTerms(question, **asked), evaluation)}


def gain_check(question: str, evaluation: Evaluation, **asked) -> Check:
    return checks(question, evaluation, **asked)["gain"]


@pytest.mark.parametrize(
    ("worse", "verdict"),
    [
        (BETTER, "passed"),
        (EQUAL, "passed"),
        (SLIGHTLY_WORSE, "passed"),
        (UNCLEAR, "not_enough_evidence"),
        (CLEARLY_WORSE, "failed"),
        (MUCH_WORSE, "failed"),
    ],
    ids=["better", "equal", "slightly worse", "unclear", "clearly worse", "much worse"],
)
def test_a_refresh_must_be_at_least_as_good_as_the_champion(worse, verdict):
    assert gain_check("refresh", days(worse)).verdict == verdict


@pytest.mark.parametrize(
    ("worse", "verdict"),
    [(BETTER, "passed"), (PERHAPS_BETTER, "failed"), (EQUAL, "failed")],
    ids=["better", "perhaps better", "equal"],
)
def test_a_first_model_must_be_shown_to_be_better_than_the_trivial_predictor(worse, verdict):
    assert gain_check("first", days(worse)).verdict == verdict


def test_the_examples_of_failing_differ_in_what_fails():
    shown, unclear = gain_check("refresh", days(CLEARLY_WORSE)), gain_check("refresh", days(MUCH_WORSE))

    assert (shown.value > -0.05, shown.upper < 0, unclear.value < -0.05, unclear.upper > 0) == (True,) * 4


@pytest.mark.parametrize("question", ["first", "refresh"])
@pytest.mark.parametrize("worse", [BETTER, EQUAL, CLEARLY_WORSE], ids=["better", "equal", "worse"])
def test_five_days_are_not_enough_whatever_they_show(question, worse):
    assert gain_check(question, days(worse[:5])).verdict == "not_enough_evidence"


def test_no_hold_out_is_not_enough():
    assert gain_check("refresh", days([])).verdict == "not_enough_evidence"


@pytest.mark.parametrize(("rows", "verdict"), [(29, "not_enough_evidence"), (30, "passed")])
def test_thirty_reserved_rows_are_the_fewest(rows, verdict):
    assert gain_check("refresh", reserved(rows)).verdict == verdict


def test_days_follow_each_other_and_reserved_rows_do_not():
    blocks = [(100, 80.0 + day, 100.0) for day in range(6)]
    by_day, by_bucket = (evaluation_of("rmse", blocks, are_days).gain("rmse", 0.95) for are_days in (True, False))

    assert by_day.upper - by_day.lower > 2 * (by_bucket.upper - by_bucket.lower)


def test_one_prediction_that_is_not_finite_fails():
    found = checks("refresh", days(BETTER, broken=1))
    finite, gain = found["finite_predictions"], found["gain"]

    assert (finite.verdict, finite.value, finite.threshold, gain.verdict) == ("failed", 1.0, 0.0, "passed")


@pytest.mark.parametrize("question", ["first", "refresh"])
def test_a_loss_that_is_not_a_number_never_passes(question):
    evaluation = evaluation_of("rmse", [(100, math.nan, 1.0), *[(100, 0.1, 1.0)] * 6], True, 100)

    found = checks(question, evaluation)

    assert (found["finite_predictions"].verdict, found["gain"].verdict) == ("failed", "failed")


def test_a_baseline_without_error_cannot_be_improved_on():
    evaluation = evaluation_of("error_rate", [(100, 1.0, 0.0)] * 6, True)
    check = gain_check("refresh", evaluation)

    assert (check.verdict, check.value) == ("failed", None)


def test_a_refresh_says_what_was_found_and_what_was_asked():
    assert gain_check("refresh", days(CLEARLY_WORSE)).sentence == (
        "error rate 0.102 against 0.1 of the champion on 6,000 rows of 6 days: gain -2.0%, "
        "95 % bounds -2.4% to -1.7%; it needs more than -5.0% and an upper bound of at least 0. "
        "These days say as much as 1.3 independent ones: the correlation of a day with the next is at most 0.85, "
        "which is assumed, because the history is too short. To show a difference of 10.0% takes about 2 days."
    )


def test_days_that_cannot_rule_out_harm_say_how_many_could():
    assert gain_check("refresh", days(UNCLEAR)).sentence.partition("at least 0. ")[2] == (
        "But a refresh must be shown to gain more than -10.0%, and these days show a lower bound of -15.2% (95 %). "
        "These days say as much as 1.3 independent ones: the correlation of a day with the next is at most 0.85, "
        "which is assumed, because the history is too short. To show a difference of 10.0% takes about 16 days."
    )


@pytest.mark.parametrize(("level", "verdict"), [(0.80, "passed"), (0.95, "not_enough_evidence")])
def test_the_confidence_that_a_refresh_is_not_much_worse_depends_on_how_often_one_looks(level, verdict):
    assert gain_check("refresh", days(UNCLEAR), refresh_level=level).verdict == verdict


def test_a_first_model_is_compared_with_the_trivial_predictor_in_words_too():
    assert gain_check("first", reserved(40)).sentence == (
        "RMSE 1 against 2.121 of the trivial predictor on 40 reserved rows: gain +52.9%, "
        "95 % bounds +52.1% to +53.6%; it needs a lower bound above 0."
    )


@pytest.mark.parametrize(
    ("evaluation", "sentence"),
    [
        (days(EQUAL[:5]), "The hold-out has 5 whole days; a verdict needs 6."),
        (reserved(29), "The hold-out has 29 reserved rows newer than the champion; a verdict needs 30."),
    ],
    ids=["days", "rows"],
)
def test_too_little_evidence_is_counted(evaluation, sentence):
    assert gain_check("refresh", evaluation).sentence == sentence


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (0, "All 6,000 hold-out predictions are finite."),
        (3, "3 of 6,000 hold-out predictions are missing or not finite."),
    ],
)
def test_broken_predictions_are_counted(broken, sentence):
    assert checks("refresh", days(EQUAL, broken))["finite_predictions"].sentence == sentence


@pytest.mark.parametrize(("question", "threshold"), [("refresh", -0.05), ("first", 0.0)])
def test_a_check_holds_the_numbers_it_was_decided_by(question, threshold):
    evaluation = days(SLIGHTLY_WORSE)
    check, gain = gain_check(question, evaluation), evaluation.gain("error_rate", 0.95)

    assert (check.value, check.lower, check.upper, check.threshold) == (gain.value, gain.lower, gain.upper, threshold)


@pytest.mark.parametrize(
    ("worse", "verdict"),
    [
        (BETTER, "passed"),
        (SHOWN_BUT_SMALL, "failed"),
        (LARGE_BUT_NOT_SHOWN, "failed"),
        (EQUAL, "failed"),
    ],
    ids=["better", "shown but small", "large but not shown", "equal"],
)
def test_a_change_must_be_shown_to_be_better_by_the_minimum_gain(worse, verdict):
    assert gain_check("change", days(worse), min_gain=0.05).verdict == verdict


def test_the_examples_of_failing_changes_differ_in_what_fails():
    small, unclear = (
        gain_check("change", days(each), min_gain=0.05) for each in (SHOWN_BUT_SMALL, LARGE_BUT_NOT_SHOWN)
    )

    assert (small.lower > 0, small.value < 0.05, unclear.lower < 0, unclear.value > 0.05) == (True,) * 4


def test_a_stricter_level_needs_more():
    evaluation = days([-0.20, -0.18, -0.19, -0.21, -0.17, -0.19])

    assert gain_check("change", evaluation, level=0.95).verdict == "passed"
    assert gain_check("change", evaluation, level=0.999).verdict == "failed"


@pytest.mark.parametrize(("fresh", "verdict"), [(0.49, "not_enough_evidence"), (0.5, "passed")])
def test_days_that_judged_a_change_do_not_judge_the_next_one(fresh, verdict):
    assert gain_check("change", days(BETTER), looks=Looks(fresh, 1)).verdict == verdict
    assert gain_check("refresh", days(BETTER), looks=Looks(0.0, 1)).verdict == "passed"


def test_a_refresh_in_a_metric_that_is_best_at_one_may_lose_a_share_of_the_distance_from_one():
    rows = np.full(6, 100.0)
    label = np.column_stack([rows, np.zeros(6), np.zeros(6), rows])
    ours, theirs = label.copy(), label.copy()
    ours[:, 1], theirs[:, 1] = 21.0, 20.0  # R2 0.79 and 0.80
    evaluation = replace(
        days(EQUAL), metrics=(find_metric("r2", "regression"),), sums=(PairedSums(rows, ours, theirs),)
    )

    check = gain_check("refresh", evaluation)

    assert (check.value, check.threshold) == pytest.approx((-0.01, -0.05 * 0.2))


@pytest.mark.parametrize(("wrong", "verdict"), [(0.0, "passed"), (1.0, "failed")])
def test_a_champion_without_error_lets_one_like_it_through(wrong, verdict):
    rows = np.full(6, 100.0)
    ours = np.column_stack([rows, np.zeros(6), np.zeros(6), rows])
    theirs = ours.copy()
    ours[:, 1] = wrong
    evaluation = replace(
        days(EQUAL), metrics=(find_metric("r2", "regression"),), sums=(PairedSums(rows, ours, theirs),)
    )

    assert gain_check("refresh", evaluation).verdict == verdict


def two_metrics(guard_worse: float) -> Evaluation:
    """RMSE is better by far; the mean absolute error is worse by the share."""
    main = evaluation_of("rmse", [(100, 50.0 + day, 100.0) for day in range(6)], True)
    guard = evaluation_of("mae", [(100, 100 * (1 + guard_worse), 100.0)] * 6, True)
    return replace(main, metrics=(*main.metrics, *guard.metrics), sums=(*main.sums, *guard.sums))


@pytest.mark.parametrize(("worse", "verdict"), [(0.0, "passed"), (0.02, "failed"), (-0.02, "passed")])
def test_a_guard_must_not_get_worse(worse, verdict):
    found = checks("refresh", two_metrics(worse), guards=("mae",))

    assert (found["gain"].verdict, found["guard_mae"].verdict, found["guard_mae"].metric) == ("passed", verdict, "mae")
    assert "reported_mae" not in found


def test_a_metric_that_nobody_asked_for_is_reported_and_decides_nothing():
    assert checks("refresh", two_metrics(0.5))["reported_mae"].verdict == "passed"


@pytest.mark.parametrize(("least", "verdict"), [(0.99, "failed"), (1.0, "passed")])
def test_a_floor_is_held_whatever_the_champion_does(least, verdict):
    check = checks("refresh", two_metrics(0.0), floors={"mae": least})["floor_mae"]

    assert (check.verdict, check.value, check.threshold) == (verdict, 1.0, least)


SLICES = {"harmed": CLEARLY_WORSE, "unclear": MUCH_WORSE, "better": BETTER, "short": CLEARLY_WORSE[:5]}


def test_a_slice_fails_only_where_harm_is_shown():
    slices = {name: days(worse).sums[0] for name, worse in SLICES.items()}
    found = checks("refresh", replace(days(BETTER), slices=slices))

    verdicts = {name: found[f"slice {name}"].verdict for name in SLICES}
    assert verdicts == {"harmed": "failed", "unclear": "passed", "better": "passed", "short": "unknown"}


def test_slices_share_one_level():
    alone, among_many = (
        checks("refresh", replace(days(BETTER), slices={str(place): days(MUCH_WORSE).sums[0] for place in range(many)}))
        for many in (1, 10)
    )

    assert among_many["slice 0"].upper > alone["slice 0"].upper


@pytest.mark.parametrize(
    ("sanity", "check"),
    [
        (Sanity(constant=True), "varied_predictions"),
        (Sanity(shared_keys=1), "unseen_rows"),
        (Sanity(giveaways=("delay",)), "no_giveaway"),
    ],
)
def test_one_sign_of_a_broken_judgement_fails(sanity, check):
    found = checks("refresh", replace(days(BETTER), sanity=sanity))

    assert [name for name, each in found.items() if each.verdict == "failed"] == [check]


@pytest.mark.parametrize(("worse", "verdict"), [(1, "passed"), (2, "failed"), (6, "failed")])
def test_a_candidate_in_doubt_must_be_better_on_three_quarters_of_the_days(worse, verdict):
    found = checks("change", days([0.1] * worse + [-0.9] * (6 - worse)), in_doubt=True)["days_agree"]

    assert (found.verdict, found.value) == (verdict, (6 - worse) / 6)


def test_one_day_of_its_like_does_not_approve_of_a_candidate_in_doubt():
    """The sixth day is one of the fault that the candidate learned: there it is far better, elsewhere worse."""
    blocks = [(1_000.0, 200.0, 100.0)] * 5 + [(1_000.0, 200.0, 900_000.0)]
    found = checks("change", evaluation_of("rmse", blocks, True), in_doubt=True)

    assert found["gain"].value > 0.9
    assert found["days_agree"].verdict == "failed"
    assert found["days_agree"].sentence == (
        "The candidate learned days that may not stay as they are; it is better than the champion on 1 of 6 days, 75% "
        "are needed."
    )


def test_days_need_not_agree_where_nothing_is_in_doubt():
    assert "days_agree" not in checks("change", days(BETTER))

"""May the candidate go live?"""

import math

import pytest

from retraining.records.gate_result import Check
from retraining.rules.gate.jackknife import Block
from retraining.rules.gate.judge import Evaluation, judge

BETTER = [-0.20, -0.21, -0.19, -0.20, -0.21, -0.19]
EQUAL = [0.0] * 6
SLIGHTLY_WORSE = [0.05, -0.03, 0.04, -0.02, 0.03, -0.01]  # 1 % worse on average, but better on half of the days
CLEARLY_WORSE = [0.021, 0.019, 0.020, 0.021, 0.019, 0.020]  # 2 % worse on every day
MUCH_WORSE = [0.30, -0.10, 0.20, -0.05, 0.15, -0.02]  # 8 % worse, on days so different that nothing is shown
PERHAPS_BETTER = [-0.10, 0.10, -0.10, 0.05, -0.05, 0.04]  # 1 % better on average


def days(worse: list[float], broken: int = 0) -> Evaluation:
    """The champion errs on 100 of 1000 rows a day, the candidate on that share more."""
    return Evaluation("error_rate", [Block(1_000, 100 * (1 + each), 100.0) for each in worse], True, broken)


def reserved(rows: int, loss: float = 1.0) -> Evaluation:
    """One row a bucket."""
    return Evaluation("rmse", [Block(1, loss, 4.0 + row % 2) for row in range(rows)], False, 0)


def gain_check(question: str, evaluation: Evaluation) -> Check:
    return next(check for check in judge(question, evaluation) if check.name == "gain")


@pytest.mark.parametrize(
    ("worse", "verdict"),
    [
        (BETTER, "passed"),
        (EQUAL, "passed"),
        (SLIGHTLY_WORSE, "passed"),
        (CLEARLY_WORSE, "failed"),
        (MUCH_WORSE, "failed"),
    ],
    ids=["better", "equal", "slightly worse", "clearly worse", "much worse"],
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
    blocks = [Block(100, 80.0 + day, 100.0) for day in range(6)]
    by_day, by_bucket = (Evaluation("rmse", blocks, are_days, 0).gain for are_days in (True, False))

    assert by_day.upper - by_day.lower > 2 * (by_bucket.upper - by_bucket.lower)


def test_one_prediction_that_is_not_finite_fails():
    finite, gain = judge("refresh", days(BETTER, broken=1))

    assert (finite.verdict, finite.value, finite.threshold, gain.verdict) == ("failed", 1.0, 0.0, "passed")


@pytest.mark.parametrize("question", ["first", "refresh"])
def test_a_loss_that_is_not_a_number_never_passes(question):
    evaluation = Evaluation("rmse", [Block(100, math.nan, 1.0), *[Block(100, 0.1, 1.0)] * 6], True, 100)

    assert [check.verdict for check in judge(question, evaluation)] == ["failed", "failed"]


def test_a_baseline_without_error_cannot_be_improved_on():
    evaluation = Evaluation("error_rate", [Block(100, 1.0, 0.0)] * 6, True, 0)
    check = gain_check("refresh", evaluation)

    assert (check.verdict, check.value) == ("failed", None)


def test_a_refresh_says_what_was_found_and_what_was_asked():
    assert gain_check("refresh", days(CLEARLY_WORSE)).sentence == (
        "error rate 0.102 against 0.1 of the champion on 6,000 rows of 6 days: gain -2.0%, "
        "95 % bounds -2.2% to -1.8%; it needs more than -5 % and an upper bound of at least 0."
    )


def test_a_first_model_is_compared_with_the_trivial_predictor_in_words_too():
    assert gain_check("first", reserved(40)).sentence == (
        "RMSE 1 against 2.121 of the trivial predictor on 40 reserved rows: gain +52.9%, "
        "95 % bounds +52.2% to +53.6%; it needs a lower bound above 0."
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
    assert judge("refresh", days(EQUAL, broken))[0].sentence == sentence


@pytest.mark.parametrize(("question", "threshold"), [("refresh", -0.05), ("first", 0.0)])
def test_a_check_holds_the_numbers_it_was_decided_by(question, threshold):
    evaluation = days(SLIGHTLY_WORSE)
    check, gain = gain_check(question, evaluation), evaluation.gain

    assert (check.value, check.lower, check.upper, check.threshold) == (gain.value, gain.lower, gain.upper, threshold)

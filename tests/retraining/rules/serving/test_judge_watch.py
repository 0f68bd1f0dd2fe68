"""Whether a new version may get more requests."""

import pytest

from retraining.records.serving import GoldenRequests, Watched
from retraining.rules.serving.golden_answers import wrong_answers
from retraining.rules.serving.judge_watch import judge_watch
from retraining.spec.serving_section import EndpointSection

LIMITS = EndpointSection(max_failed_percent=1, max_slower=2)
OLD = Watched("rain-1", 100, milliseconds=(10.0,) * 20)


def new(**values):
    return Watched(**{"entity": "rain-2", "requests": 100, "milliseconds": (10.0,) * 20, **values})


@pytest.mark.parametrize(
    "good",
    [
        new(),
        new(failed=1),
        new(milliseconds=(19.0,) * 20),
        new(milliseconds=(900.0,) * 9),  # too few to say that it is slow
    ],
)
def test_a_version_that_answers_like_the_old_one_may_go_on(good):
    assert judge_watch(good, OLD, LIMITS) == ()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (new(failed=2), "2 of 100 requests to rain-2 failed (2 %)"),
        (new(requests=0), "was asked nothing"),
        (new(wrong=("rain-2 answers golden row 1 with 5, its files with 4.",)), "golden row 1 with 5"),
        (new(milliseconds=(25.0,) * 20), "rain-2 takes 25 ms, rain-1 10 ms"),
    ],
)
def test_a_version_that_fails_is_slow_or_answers_otherwise_may_not(bad, said):
    assert said in " ".join(judge_watch(bad, OLD, LIMITS))


def test_a_few_milliseconds_are_no_reason():
    fast = Watched("rain-1", 100, milliseconds=(1.0,) * 20)
    assert judge_watch(new(milliseconds=(4.0,) * 20), fast, LIMITS) == ()


def test_without_an_old_version_times_are_not_compared():
    assert judge_watch(new(milliseconds=(900.0,) * 20), None, LIMITS) == ()


@pytest.mark.parametrize(
    ("answered", "expected", "wrong"),
    [
        ([1.0, 2.0], (1.0, 2.0), 0),
        ([1.0000000001], (1.0,), 0),
        ([1.1], (1.0,), 1),
        ([None], (1.0,), 1),
        ([{"prediction": "yes", "probability_yes": 0.9}], ("yes",), 0),
        ([{"prediction": "no"}], ("yes",), 1),
        ([True], (True,), 0),
        ([1.0], (1.0, 2.0), 1),
    ],
)
def test_golden_rows_are_compared_as_json_has_them(answered, expected, wrong):
    golden = GoldenRequests(({},) * len(expected), expected)
    assert len(wrong_answers("rain-2", answered, golden)) == wrong

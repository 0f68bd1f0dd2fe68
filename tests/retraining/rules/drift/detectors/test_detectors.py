"""Detectors: what they find, how soon, and how often in vain."""

import math
from copy import deepcopy

import numpy as np
import pytest

from retraining.rules.drift.detectors.adwin import ADWIN
from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.eddm import EDDM
from retraining.rules.drift.detectors.feed import feed
from retraining.rules.drift.detectors.page_hinkley import PageHinkley
from retraining.rules.drift.detectors.states import DETECTORS, from_json, to_json

KINDS = list(DETECTORS.values())
named = pytest.mark.parametrize("kind", KINDS, ids=list(DETECTORS))


def errors(seed: int, *parts: tuple[int, float]) -> np.ndarray:
    """Zeros and ones: so many values at each rate."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.random(count) < rate for count, rate in parts]).astype(float)


def alarms(kind: type, values: np.ndarray) -> list[int]:
    return feed({"it": kind()}, values, values)["it"]


@pytest.mark.parametrize(("kind", "most"), [(DDM, 350), (EDDM, 800), (ADWIN, 180), (PageHinkley, 330)])
def test_a_rate_that_rises_from_a_tenth_to_three_tenths_is_found(kind, most):
    delays = []
    for seed in range(20):
        found = [each - 2000 for each in alarms(kind, errors(seed, (2000, 0.1), (2000, 0.3))) if each >= 2000]
        delays.append(found[0])

    assert max(delays) <= most


def false_alarms(kind: type, rate: float, seeds: int) -> float:
    return sum(len(alarms(kind, errors(seed, (20_000, rate)))) for seed in range(seeds)) / seeds


@pytest.mark.parametrize(("kind", "most"), [(DDM, 1.5), (EDDM, 0.7), (ADWIN, 0.0), (PageHinkley, 1.0)])
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2])
def test_stable_streams_raise_few_alarms(kind, most, rate):
    assert false_alarms(kind, rate, 3) <= most


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "most"), [(DDM, 1.0), (EDDM, 0.5), (ADWIN, 0.0), (PageHinkley, 1.0)])
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2])
def test_twenty_stable_streams_raise_few_alarms(kind, most, rate):
    assert false_alarms(kind, rate, 20) <= most


@pytest.mark.parametrize("kind", [ADWIN, PageHinkley])
def test_two_detectors_see_an_error_that_falls_too(kind):
    assert alarms(kind, errors(1, (3000, 0.4), (3000, 0.1)))


def test_the_warning_comes_before_the_alarm():
    detector, levels = DDM(), []
    for value in errors(3, (2000, 0.1), (500, 0.3)):
        detector.update(value)
        levels.append(detector.level)

    alarm = levels.index("drift")
    assert (levels[alarm - 1], levels[alarm + 1]) == ("warning", "stable")
    assert detector.last_alarm == max(place for place, level in enumerate(levels, start=1) if level == "drift")
    assert detector.alarms == levels.count("drift")


@named
@pytest.mark.parametrize("value", [0, 1])
def test_a_constant_is_stable(kind, value):
    assert alarms(kind, np.full(5000, float(value))) == []


@named
def test_few_values_are_stable_whatever_they_are(kind):
    assert alarms(kind, errors(1, (10, 0.0), (9, 1.0))) == []


def test_a_lucky_start_does_not_freeze_the_minimum():
    lucky = np.append(np.zeros(40), errors(5, (3000, 0.1)))
    found = alarms(DDM, np.append(lucky, errors(6, (1000, 0.4))))

    assert 3040 <= found[0] < 3440


def test_the_window_of_adwin_forgets_what_was_before_the_change():
    detector = ADWIN()
    feed({"it": detector}, np.zeros(0), errors(2, (5000, 0.1), (500, 0.6)))

    assert (detector.alarms > 0, detector.width < 1500, detector.seen) == (True, True, 5500)


def test_adwin_keeps_few_buckets_and_every_value():
    detector = ADWIN()
    feed({"it": detector}, np.zeros(0), errors(2, (10_000, 0.1)))

    assert (detector.width, sum(map(len, detector.rows)) <= 5 * 13) == (10_000, True)
    total = sum(total for row in detector.rows for total, _ in row)
    assert total == errors(2, (10_000, 0.1)).sum()


def test_page_hinkley_by_hand():
    detector = PageHinkley(count=99, mean=0.0, seen=99, greatest=1.0)
    detector.update(10.0)

    assert (detector.mean, detector.above, detector.below) == (0.1, 10 - 0.1 - 0.005, 10 - 0.1 + 0.005)


@pytest.mark.parametrize("kind", [DDM, EDDM])
@pytest.mark.parametrize("value", [0.5, 2, -1, math.nan])
def test_what_is_neither_right_nor_wrong_is_refused(kind, value):
    with pytest.raises(ValueError, match="an error is 0"):
        kind().update(value)


@named
def test_a_refused_value_changes_nothing(kind):
    detector = kind(seen=7, alarms=1, last_alarm=7, level="drift")
    before = deepcopy(detector)
    with pytest.raises(ValueError, match="found nan"):
        detector.update(math.nan)

    assert detector == before


@pytest.mark.parametrize("kind", [ADWIN, PageHinkley])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.1e100, -1.1e100])
def test_what_is_not_finite_is_refused(kind, value):
    with pytest.raises(ValueError, match="finite"):
        kind().update(value)


@pytest.mark.parametrize("kind", [ADWIN, PageHinkley])
def test_the_greatest_losses_are_taken_and_stored(kind):
    detector = kind()
    feed({"it": detector}, np.zeros(0), np.tile([1e100, -1e100], 2000))

    assert detector.seen == 4000
    assert from_json(to_json(detector)) == detector

"""What each detector says of short streams, by hand or by slower arithmetic, and of seeded ones, to the value."""

from dataclasses import asdict

import numpy as np
import pytest

from retraining.rules.drift.detectors import adwin
from retraining.rules.drift.detectors.adwin import ADWIN
from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.eddm import EDDM
from retraining.rules.drift.detectors.feed import feed
from retraining.rules.drift.detectors.page_hinkley import PageHinkley
from retraining.rules.drift.detectors.states import DETECTORS


def alarms(detector, values):
    return feed({"it": detector}, values, values)["it"]


def rising(seed):
    random = np.random.default_rng(seed)
    return np.concatenate([random.random(2000) < 0.1, random.random(2000) < 0.3]).astype(float)


# Those of Page-Hinkley are river 0.23.0's too. The others differ as their docstrings say; without that they agree.
@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (DDM, {0: [2011], 1: [266, 2066]}),
        (EDDM, {0: [2221], 1: [2318]}),
        (ADWIN, {0: [2079, 2111, 2175, 2367], 1: [2079, 2111, 2175]}),
        (PageHinkley, {0: [2127], 1: [2155]}),
    ],
)
def test_alarms_of_seeded_streams(kind, found):
    assert {seed: alarms(kind(), rising(seed)) for seed in found} == found


@pytest.mark.parametrize(("kind", "warnings"), [(DDM, 567), (EDDM, 169), (ADWIN, 0), (PageHinkley, 0)])
def test_warnings_of_a_seeded_stream(kind, warnings):
    detector, found = kind(), 0
    for value in rising(1):
        detector.update(value)
        found += detector.level == "warning"

    assert found == warnings


def test_the_minimum_of_ddm_counts_from_value_thirty_on():
    detector = DDM()
    alarms(detector, np.repeat([1.0, 0.0], [10, 19]))
    assert detector.least_share == 1
    detector.update(0)

    assert detector.least_share == 10 / 30


def test_ddm_raises_its_alarm_at_the_ninth_error_after_ten_thousand_right_ones():
    # In units of 1 / n: p + s of nine errors, 9 + 3, is above p + 3 s of five, 5 + 3 * 2.236; 8 + 2.83 is not.
    assert alarms(DDM(), np.repeat([0.0, 1.0], [10_000, 20])) == [10_008]


def test_ddm_warns_two_deviations_above_its_minimum():
    # In units of 1 / n: 7 + 2.65 is above 5 + 2 * 2.236, 6 + 2.45 is not.
    detector = DDM()
    feed({"it": detector}, np.repeat([0.0, 1.0], [10_000, 6]), np.zeros(0))
    assert detector.level == "stable"
    detector.update(1)

    assert detector.level == "warning"


def test_eddm_is_mean_and_two_deviations_of_the_distances_between_errors():
    distances = [10, 8, 12, 9, 11] * 8 + [1] * 200
    errors = np.zeros(sum(distances))
    errors[np.cumsum(distances) - 1] = 1
    reaches = [np.mean(distances[:n]) + 2 * np.std(distances[:n]) for n in range(30, len(distances) + 1)]
    ratios = np.array(reaches) / np.maximum.accumulate(reaches)
    below = next(n for n in range(len(ratios)) if all(ratios[n : n + 15] < 0.75)) + 14
    detector = EDDM()
    found = alarms(detector, errors)

    assert found[0] == sum(distances[: below + 30]) - 1


@pytest.mark.parametrize(
    ("greatest", "below", "level"), [(10.0, 0, "stable"), (13.0, 0, "warning"), (14.0, 15, "drift")]
)
def test_eddm_needs_fifteen_errors_in_a_row(greatest, below, level):
    detector = EDDM(errors=50, mean=10.0, greatest=greatest, below=14, since_error=9)
    detector.update(1)

    assert (detector.below, detector.level) == (below, level)


def test_adwin_keeps_sum_and_squares_of_what_is_in_each_bucket():
    values = np.random.default_rng(4).gamma(2, 0.1, 1000)
    detector = ADWIN()
    feed({"it": detector}, np.zeros(0), values)
    end = len(values)
    for size, row in enumerate(detector.rows):
        for total, squares in reversed(row):
            inside = values[end - (1 << size) : end]
            assert (total, squares) == pytest.approx((inside.sum(), inside.var() * len(inside)))
            end -= 1 << size

    assert end == 0


def test_adwin_looks_every_32_values_and_cuts_where_two_parts_are_further_apart_than_its_bound(monkeypatch):
    values = rising(0)
    first = alarms(ADWIN(), values)[0]
    monkeypatch.setattr(adwin, "CLOCK", 10**9)
    detector, looks = ADWIN(), []
    for number, value in enumerate(values[: first + 1], start=1):
        detector.update(value)
        if number % 32 == 0:
            looks.append(_is_apart(values[:number], detector))

    assert looks == [False] * ((first + 1) // 32 - 1) + [True]


def _is_apart(window, detector):
    """The same rule in plain arrays, at the ends of the detector's buckets."""
    ends = np.cumsum([1 << size for size in range(len(detector.rows) - 1, -1, -1) for _ in detector.rows[size]])
    variance, chance = window.var(), np.log(2 * np.log(len(window)) / 0.002)
    for end in ends:
        old, new = window[:end], window[end:]
        if min(len(old), len(new)) >= 5:
            inverse = 1 / len(old) + 1 / len(new)
            bound = np.sqrt(2 * inverse * variance * chance) + 2 / 3 * inverse * chance
            if abs(old.mean() - new.mean()) > bound:
                return True
    return False


@pytest.mark.parametrize(("newest", "loss", "found"), [(4, 3.5, []), (6, 2.3, [63])])
def test_adwin_hears_at_least_five_values_of_a_part(newest, loss, found):
    # The newest buckets end after 4, 6 and 8 values. Of losses of 3.5 four would be far enough apart, but the mean of
    # six is not; of losses of 2.3 six are, and the mean of eight is not.
    assert alarms(ADWIN(), np.repeat([0.0, loss], [64 - newest, newest])) == found


def test_page_hinkley_raises_its_alarm_when_a_sum_is_fifty_away():
    values = np.repeat([0.0, 1.0], [1000, 200])
    up = least = 0.0
    for place, value in enumerate(values):
        up = 0.9999 * up + value - values[: place + 1].mean() - 0.005
        least = min(least, up)
        if up - least > 50:
            break

    assert alarms(PageHinkley(), values)[0] == place


def test_page_hinkley_waits_for_thirty_values():
    assert alarms(PageHinkley(), np.repeat([0.0, 1000.0], [5, 40]))[0] == 29


@pytest.mark.parametrize("kind", DETECTORS.values(), ids=list(DETECTORS))
def test_alarms_are_counted_and_the_last_one_is_known_by_its_number(kind):
    detector = kind()
    places = alarms(detector, rising(1))

    assert (detector.seen, detector.alarms, detector.last_alarm) == (4000, len(places), places[-1] + 1)
    assert detector.since_alarm == 4000 - detector.last_alarm
    assert kind(seen=12).since_alarm == 12


@pytest.mark.parametrize("kind", [DDM, EDDM, PageHinkley])
def test_after_an_alarm_a_detector_is_as_good_as_new(kind):
    values = rising(1)
    detector = kind()
    first = alarms(detector, values)[0]
    used, fresh = kind(), kind()
    alarms(used, values[: first + 1])
    assert used.level == "drift"
    rest = values[first + 1 :]
    used.update(rest[0])
    fresh.update(rest[0])
    assert _but_counts(used) == _but_counts(fresh)

    assert alarms(used, rest[1:]) == alarms(fresh, rest[1:])
    assert (used.alarms, used.seen) == (fresh.alarms + 1, fresh.seen + first + 1)


def _but_counts(detector):
    return asdict(detector) | {"seen": 0, "alarms": 0, "last_alarm": 0}

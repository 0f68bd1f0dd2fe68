"""Detectors that agree are believed when whole days agree with them."""

from datetime import date

import pytest

from retraining.rules.drift.detectors.concept_alarm import concept_alarm
from retraining.rules.drift.error_level import ErrorLevel

RISEN = ErrorLevel(159.4, 124.9, 193.8, 120.1, 173.0, 32, 28_128, date(2013, 5, 1))
NOISE = ErrorLevel(139.5, 91.0, 188.0, 129.7, 186.7, 29, 23_611, date(2013, 2, 1))


class State:
    """As much of a DetectorState as a sentence needs."""

    def __init__(self, detector, first_alarm=None, batch_seq=5):
        self.detector, self.first_alarm, self.batch_seq = detector, first_alarm, batch_seq


AGREED = (State("DDM", "2013-05-07T19:00:00"), State("EDDM"), State("ADWIN", "2013-05-07T17:00:00"))


def test_people_are_told_when_enough_detectors_and_the_days_agree():
    assert concept_alarm(AGREED, 2, True, RISEN) == (
        "2 of 3 detectors say that the champion's error changed: ADWIN (first at 2013-05-07T17:00:00), DDM (first at "
        "2013-05-07T19:00:00). The mean loss of 28,128 rows of 32 days is 159.4 (95 % bounds 124.9 to 193.8), 120.1 "
        "when promoted; up to 173 is as expected."
    )
    assert concept_alarm(AGREED, 3, True, RISEN) is None


@pytest.mark.parametrize("level", [NOISE, None])
def test_alarms_that_the_days_do_not_bear_out_are_not_told(level):
    assert concept_alarm(AGREED, 2, True, level) is None


def test_an_alarm_of_an_earlier_batch_counts_while_its_day_does():
    earlier = (State("ADWIN", "2013-05-02", 3), State("DDM", "2013-04-30", 3), State("ADWIN"), State("DDM"))

    assert "1 of 2 detectors" in concept_alarm(earlier, 1, True, RISEN)
    assert concept_alarm(earlier, 2, True, RISEN) is None


def test_the_first_alarm_of_a_detector_is_named():
    twice = (State("ADWIN", "2013-05-02", 3), State("ADWIN", "2013-05-09"))

    assert "ADWIN (first at 2013-05-02)" in concept_alarm(twice, 1, True, RISEN)


def test_rows_without_days_are_taken_as_independent_and_only_the_newest_batch_counts():
    assert concept_alarm((State("ADWIN", "17", 4), State("ADWIN")), 1, False, None) is None
    assert concept_alarm((State("ADWIN", None, 4), State("ADWIN", "99")), 1, False, None) == (
        "1 of 1 detectors say that the champion's error changed: ADWIN (first at 99)."
    )


def test_without_detectors_there_is_no_alarm():
    assert concept_alarm((), 1, False, None) is None

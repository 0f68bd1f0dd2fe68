"""Days on which two versions predicted the same rows."""

from datetime import date

from retraining.records.decision import DailyLoss
from retraining.rules.gate.correlation import runs_of_pairs


def loss(version: str, day: int | None, total: float, rows: int = 10, batch: int = 1) -> DailyLoss:
    return DailyLoss(version, batch, batch, None if day is None else date(2026, 1, day), rows, total)


def test_versions_are_compared_with_the_oldest_in_runs_of_days():
    losses = [loss(version, day, total) for day in (1, 2, 9) for version, total in (("10", 30.0 + day), ("9", 20.0))]

    assert runs_of_pairs(losses) == [[1.1, 1.2], [1.9]]


def test_a_weekend_does_not_end_a_run():
    losses = [loss(version, day, total) for day in (1, 2, 5, 9) for version, total in (("1", 10.0), ("2", 10.0 + day))]

    assert runs_of_pairs(losses) == [[0.1, 0.2, 0.5, 0.9]]


def test_each_pair_has_runs_of_its_own():
    losses = [loss("1", 1, 10.0), loss("2", 1, 20.0), loss("1", 2, 10.0), loss("3", 2, 40.0)]

    assert runs_of_pairs(losses) == [[1.0], [3.0]]


def test_a_day_that_arrives_in_two_batches_is_one_day():
    losses = [loss(version, 1, total, batch=batch) for batch in (1, 2) for version, total in (("1", 10.0), ("2", 20.0))]

    assert runs_of_pairs(losses) == [[1.0]]


def test_other_rows_and_rows_without_a_day_do_not_count():
    losses = [loss("1", 1, 10.0, rows=9), loss("2", 1, 20.0), loss("1", None, 10.0), loss("2", None, 20.0)]

    assert runs_of_pairs(losses) == []


def test_a_version_in_between_adds_no_second_difference_of_the_same_day():
    losses = [loss(version, day, total) for day in (1, 2) for version, total in (("1", 10.0), ("2", 20.0), ("3", 40.0))]

    assert runs_of_pairs(losses) == [[3.0, 3.0]]

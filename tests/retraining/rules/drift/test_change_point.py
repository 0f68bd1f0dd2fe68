"""A series of days is level, climbs, or steps on a day."""

from datetime import date, timedelta

import numpy as np
import pytest

from retraining.rules.drift.change_point import Point, Shape, shape_of

FIRST = date(2013, 1, 1)
NOISE = np.random.default_rng(5).normal(0.0, 0.1, 30)


def points(values, rows=None):
    rows = rows or [100] * len(values)
    return [
        Point(FIRST + timedelta(days=day), count, value)
        for day, (value, count) in enumerate(zip(values, rows, strict=True))
    ]


def test_a_step_is_dated_by_its_first_day_and_has_a_level_on_either_side():
    found = shape_of(points([1.0] * 10 + [3.0] * 5))

    assert (found.shape, found.since, found.days) == ("step", date(2013, 1, 11), 15)
    assert (found.first, found.last) == pytest.approx((1.0, 3.0))
    assert found.rises


def test_a_step_is_found_in_noise():
    found = shape_of(points(np.where(np.arange(30) < 20, 1.0, 2.0) + NOISE))

    assert (found.shape, found.since) == ("step", date(2013, 1, 21))


def test_a_climb_is_a_line_from_the_first_day_to_the_last():
    found = shape_of(points(np.linspace(1.0, 2.0, 30) + NOISE))

    assert (found.shape, found.since) == ("line", None)
    assert (found.first, found.last) == pytest.approx((1.0, 2.0), abs=0.1)


def test_noise_is_level():
    assert shape_of(points(1.0 + NOISE)).shape == "level"


def test_a_constant_is_level_however_many_shapes_fit_it():
    assert shape_of(points([0.1] * 13, [3, 7, 11] * 4 + [13])).shape == "level"
    assert shape_of(points([2.0] * 12)) == Shape("level", None, 2.0, 2.0, 12)


def test_a_fall_is_a_step_that_does_not_rise():
    found = shape_of(points([3.0] * 8 + [1.0] * 8))

    assert (found.shape, found.since, found.rises) == ("step", date(2013, 1, 9), False)


def test_days_of_few_rows_do_not_date_the_step():
    values = [1.0] * 9 + [3.0] + [1.0] * 3 + [3.0] * 9

    assert shape_of(points(values, [100] * 9 + [1] + [100] * 12)).since == date(2013, 1, 14)
    assert shape_of(points(values, [100] * 9 + [100] + [1] * 3 + [100] * 9)).since == date(2013, 1, 10)


def test_two_odd_days_at_the_end_are_no_step_of_their_own():
    assert shape_of(points([1.0] * 12 + [9.0] * 2)).since != date(2013, 1, 13)
    assert shape_of(points([1.0] * 12 + [9.0] * 3)).since == date(2013, 1, 13)


def test_a_line_is_drawn_over_days_not_over_points():
    days = [0, 1, 2, 3, 10, 20, 30, 40]
    climbing = [Point(FIRST + timedelta(days=day), 100, 1.0 + day) for day in days]

    found = shape_of(climbing)

    assert found.shape == "line"
    assert (found.first, found.last) == pytest.approx((1.0, 41.0))


@pytest.mark.parametrize(("days", "shape"), [(0, None), (5, None), (6, "level")])
def test_below_six_days_there_is_no_shape(days, shape):
    found = shape_of(points([1.0] * days))

    assert (found.shape, found.days, found.rises) == (shape, days, False)


def test_days_that_resemble_each_other_are_seldom_called_a_change():
    rng = np.random.default_rng(11)

    def drifting_noise():
        values = [rng.normal()]
        for _ in range(29):
            values.append(0.65 * values[-1] + np.sqrt(1 - 0.65**2) * rng.normal())
        return values

    shapes = [shape_of(points(drifting_noise())).shape for _ in range(200)]

    assert shapes.count("level") >= 180


def test_a_shape_without_days_ends_nowhere():
    assert Shape(None, None, np.nan, np.nan, 0).rises is False

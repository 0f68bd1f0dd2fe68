"""One value in a whole batch is unusual only for a column that varies within a day."""

from dataclasses import fields, replace

import pytest

from retraining.records.drift import DriftReference
from retraining.rules.drift.one_value import only_category, varies_within_days
from retraining.rules.drift.profile import Profile

NUMERIC = replace(
    DriftReference(**dict.fromkeys(each.name for each in fields(DriftReference))), kind="numeric", categories=()
)
CARRIER = replace(NUMERIC, kind="categorical", categories=("UA", "AA", "rare"))
"""Bins: UA, AA, other known, unseen."""


@pytest.mark.parametrize(
    ("days", "varies"),
    [
        (
            [
                Profile((9, 0), (45.0, 0.0), minimum=5.0, maximum=5.0),
                Profile((0, 9), (0.0, 54.0), minimum=6.0, maximum=6.0),
            ],
            False,
        ),
        ([Profile((9, 0), (45.0, 0.0), minimum=5.0, maximum=5.5)], True),
        ([Profile((9, 0, 0, 0)), Profile((0, 9, 0, 0))], False),
        ([Profile((8, 1, 0, 0))], True),
        ([], True),
        ([Profile((0, 0, 0, 0), nulls=9)], True),
    ],
)
def test_a_month_and_a_weekday_have_one_value_a_day(days, varies):
    assert varies_within_days(days) is varies


@pytest.mark.parametrize(
    ("counts", "unseen", "only"),
    [
        ((9, 0, 0, 0), (), "UA"),
        ((0, 9, 0, 0), (), "AA"),
        ((8, 1, 0, 0), (), None),
        ((0, 0, 9, 0), (), None),
        ((0, 0, 0, 9), (("?", 9),), "?"),
        ((0, 0, 0, 9), (("?", 5),), None),
        ((0, 0, 0, 0), (), None),
    ],
)
def test_the_one_category_of_a_batch(counts, unseen, only):
    assert only_category(CARRIER, Profile(counts, unseen=unseen)) == only


def test_a_number_is_no_category():
    assert only_category(NUMERIC, Profile((9, 0), (9.0, 0.0))) is None

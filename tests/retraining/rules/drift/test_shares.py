"""What a chart shows of a column: few groups whose shares add up."""

from dataclasses import fields

import pytest

from retraining.records.drift import DriftReference
from retraining.rules.drift.profile import Profile
from retraining.rules.drift.shares import SharePair, compare_shares

NOTHING = dict.fromkeys((each.name for each in fields(DriftReference)), None)


def numeric(edges, counts, nulls=0) -> DriftReference:
    known = dict(column_name="x", kind="numeric", edges=tuple(edges), counts=tuple(counts), nulls=nulls)
    return DriftReference(**{**NOTHING, **known})


def categorical(categories, counts, nulls=0) -> DriftReference:
    known = dict(column_name="c", kind="categorical", categories=categories, counts=counts, nulls=nulls)
    return DriftReference(**{**NOTHING, **known})


def pairs(reference, *counts, nulls=0) -> list[tuple[str, float, float]]:
    found = compare_shares(reference, Profile(counts, nulls=nulls))
    return [(each.group, round(each.reference, 3), round(each.batch, 3)) for each in found.pairs]


def test_a_hundred_bins_become_ten_named_by_their_upper_edge():
    found = pairs(numeric(range(1, 100), [1] * 100), *[1] * 50, *[0] * 50)

    assert [name for name, _, _ in found] == [*map(str, range(10, 100, 10)), "> 90"]
    assert [share for _, share, _ in found] == [0.1] * 10
    assert [share for _, _, share in found] == [0.2] * 5 + [0.0] * 5


def test_missing_values_are_a_group_of_all_rows():
    assert pairs(numeric((5.0,), (6, 4), nulls=10), 1, 1, nulls=6) == [
        ("5", 0.3, 0.125),
        ("> 5", 0.2, 0.125),
        ("missing", 0.5, 0.75),
    ]


def test_categories_keep_their_order_and_the_rest_is_one_group():
    known = tuple("abcdefghijk")
    found = pairs(categorical(known, (*[10] * 11, 5, 0)), *[0] * 11, 1, 3)

    assert [name for name, _, _ in found] == [*"abcdefgh", "other", "unseen"]
    assert found[-2:] == [("other", round(35 / 115, 3), 0.25), ("unseen", 0.0, 0.75)]


def test_a_category_that_both_sides_lack_is_left_out():
    assert pairs(categorical(("a", "b"), (3, 1, 0, 0)), 2, 2, 0, 0) == [("a", 0.75, 0.5), ("b", 0.25, 0.5)]


@pytest.mark.parametrize("reference", [numeric((5.0,), (6, 4)), categorical(("a",), (3, 0, 0))])
def test_a_batch_without_a_row_has_no_shares(reference):
    found = compare_shares(reference, Profile((0,) * len(reference.counts)))

    assert {each.batch for each in found.pairs} == {0.0}
    assert sum(each.reference for each in found.pairs) == pytest.approx(1)


def test_a_column_that_was_all_null_has_one_group_beside_missing():
    assert compare_shares(numeric((), (0,), nulls=3), Profile((2,))).pairs == (
        SharePair("all", 0.0, 1.0),
        SharePair("missing", 1.0, 0.0),
    )

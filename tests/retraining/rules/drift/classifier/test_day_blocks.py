"""The newest days of a batch are compared with as long runs of training days."""

from datetime import date, timedelta

import pytest

from retraining.rules.drift.classifier.day_blocks import plan_blocks

FIRST = date(2013, 1, 1)


def rows(first, last, a_day=100):
    return {FIRST + timedelta(days=day): a_day for day in range(first, last)}


@pytest.mark.parametrize(
    ("before", "now", "a_day", "length", "blocks"),
    [
        (364, 7, 100, 7, 24),
        (364, 31, 100, 15, 24),
        (364, 2, 100, 2, 24),
        (60, 7, 100, 2, 24),
        (35, 7, 100, 2, 17),
        (35, 7, 300, 1, 24),
        (13, 1, 200, 1, 13),
    ],
    ids=["weekly", "monthly", "weekend", "young", "young and few rows", "young and many rows", "youngest"],
)
def test_runs_do_not_overlap_and_are_as_many_as_24_or_at_least_12(before, now, a_day, length, blocks):
    found = plan_blocks(rows(0, before, a_day), rows(before, before + now, a_day))

    assert (len(found.current), len(found.reference)) == (length, blocks)
    assert {len(block) for block in found.reference} == {length}
    assert len({day for block in found.reference for day in block}) == length * blocks
    assert max(found.current) == FIRST + timedelta(days=before + now - 1)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (rows(0, 11, 500), rows(11, 18, 500)),
        (rows(0, 35, 20), rows(35, 45, 20)),
        (rows(0, 364, 100), rows(364, 365, 100)),
        (rows(0, 364), {}),
        ({}, rows(0, 7)),
    ],
    ids=["few days", "few rows", "few rows in the batch", "no batch", "no reference"],
)
def test_without_them_there_is_no_plan(before, now):
    assert plan_blocks(before, now) is None

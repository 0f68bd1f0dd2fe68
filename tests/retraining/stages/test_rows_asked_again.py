"""Rows that judged before, and rows of long ago: what the gate finds of both on real tables."""

from types import SimpleNamespace

import pytest
from tests.loop import days, toy_spec

pytestmark = pytest.mark.slow

RESERVED = "id string, n bigint, x double, z double, y double"
SOURCE = {"table": "toy_source", "ledger_column": "n", "keys": ["id"]}


def reserved_spec(*numeric: str, **gate: object):
    columns = {"label": "y", "numeric": list(numeric)}
    return toy_spec(source=SOURCE, columns=columns, gate={"holdout": "reserved", "may_change_signature": ["z"], **gate})


def timeless(first: int, last: int) -> list[tuple[object, ...]]:
    """Rows without a time: y is 2 x, whatever z is."""
    made = [(x, y) for _, _, x, y in days(1, 40)]
    return [(f"row {n}", n, made[n][0], made[-n][0], made[n][1]) for n in range(first, last)]


@pytest.fixture(scope="module")
def reserved(make_loop):
    """A champion; two changes that are judged on the same later rows; a third one with as many rows again."""
    loop, told = make_loop(), SimpleNamespace()
    for name, first, last, spec in (
        ("first", 1, 300, reserved_spec("x")),
        ("change", 300, 500, reserved_spec("x", "z")),
        ("again", 500, 520, reserved_spec("x", "z", kind="change", min_gain=0.1)),
        ("fresh", 520, 760, reserved_spec("x", "z", kind="change", min_gain=0.2)),
    ):
        loop.spec = spec
        loop.source_has(timeless(first, last), RESERVED)
        loop.ingest()
        setattr(told, name, {each.check: each for each in loop.train().checks})
    return told


def test_reserved_rows_of_the_first_verdict_are_retired_by_it(reserved):
    first, change = (found["earlier_looks"].holdout_rows for found in (reserved.first, reserved.change))

    assert 50 < first < 100
    assert 30 < change < 70  # a quarter of the 200 rows that came since, none of the first 300
    assert reserved.change["earlier_looks"].value == 0


def test_reserved_rows_that_judged_a_change_judge_no_other(reserved):
    gain, looks = reserved.again["gain"], reserved.again["earlier_looks"]

    assert (gain.question, gain.verdict, looks.value) == ("change", "not_enough_evidence", 1.0)
    assert gain.sentence.startswith("Of the hold-out's rows ")


def test_as_many_rows_again_are_enough(reserved):
    """The verdict that lacked evidence used nothing up."""
    gain, looks = reserved.fresh["gain"], reserved.fresh["earlier_looks"]

    assert (gain.verdict, looks.value) == ("failed", 1.0)
    assert gain.holdout_rows > 2 * reserved.change["gain"].holdout_rows


def of_slope(slope: float, first: int, last: int) -> list[tuple[object, ...]]:
    return [(name, at, x, slope * x) for name, at, x, _ in days(first, last)]


@pytest.fixture(scope="module")
def forgetful(make_loop):
    """Three regimes of two weeks; from the second on, models learn from a week alone."""
    loop, told = make_loop(), SimpleNamespace()
    week, gate = {"windows": [7]}, {"may_explain_label": ["x"]}
    kept = {**gate, "kind": "refresh", "keeps_first_population": True}
    for name, slope, first, spec in (
        ("first", 2.0, 1, toy_spec(strategy={"windows": []}, gate=gate)),
        ("second", 1.0, 15, toy_spec(strategy=week, gate=gate)),
        ("third", -2.0, 29, toy_spec(strategy=week, gate=kept)),
    ):
        loop.source_has(of_slope(slope, first, first + 13))
        loop.ingest()
        loop.spec = spec
        setattr(told, name, loop.train())
    return told


def forgetting(report):
    return {each.check: each for each in report.checks}.get("forgetting")


def test_nothing_is_said_of_rows_that_the_champion_learned(forgetful):
    assert forgetting(forgetful.first) is None
    assert forgetting(forgetful.second).verdict == "unknown"


def test_a_candidate_that_is_worse_for_those_of_the_first_weeks_is_refused_where_they_are_still_served(forgetful):
    found, gain = forgetting(forgetful.third), {each.check: each for each in forgetful.third.checks}["gain"]

    assert (gain.verdict, found.verdict, forgetful.third.promotion.outcome) == ("passed", "failed", "REJECT")
    assert found.candidate_error > 1.5 * found.baseline_error
    assert "140 rows that neither learned" in found.sentence  # the week that the very first fit learned

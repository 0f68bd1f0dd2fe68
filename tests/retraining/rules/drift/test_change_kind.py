"""Every kind of change has a name, a suggestion and a reason with numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from retraining.records.change import ArchivedDistance, ChangeEvidence, DayLoss, DistanceAt, SeasonDistance
from retraining.rules.drift.change_kind import change_kind
from retraining.rules.drift.change_words import RESPONSES

from .column_states import column, numeric

FIRST = date(2013, 1, 1)
STABLE = column("s", "stable", 0.02)
MOVED = column("m", distance=0.25)
NULLS = column("n", null_share=0.95)
FILLED = column("f", new_value="-999.0", new_value_share=0.05)
TOGETHER = {"together": "A classifier tells the rows from the training rows."}
NEW = column("c", unseen_share=0.2, unseen=("LGA",))


def losses(*values):
    return tuple(DayLoss(FIRST + timedelta(days=day), 100, value) for day, value in enumerate(values))


def distances(*values):
    return tuple(DistanceAt(FIRST + timedelta(days=day), 100, value) for day, value in enumerate(values))


def season(far):
    return SeasonDistance(date(2012, 1, 9), date(2012, 1, 14), far)


def evidence(*columns, **fields):
    """Twelve days with a loss of 1, as expected; the newest batch begins on the seventh."""
    calm = ChangeEvidence(columns, losses(*[1.0] * 12), 1.0, (), date(2013, 1, 7), labelled_share=1.0)
    return replace(calm, **fields)


def named(*columns, **fields):
    return change_kind(evidence(*columns, **fields), 0.2)


STEP = {"losses": losses(*[1.0] * 6, *[2.0] * 6)}
CLIMB = {"losses": losses(*[1.0 + 0.1 * day for day in range(12)])}
HIGH = {"losses": losses(*[2.0] * 12)}
NOISY = {"losses": losses(*[0.5, 1.5] * 6)}
ABOVE_BUT_NOISY = {"losses": losses(*[0.8, 1.8] * 6)}
UNLABELLED = {"labelled_share": 0.1}
SEASON = {"live_distance": 0.4, "archived": (ArchivedDistance("2", 0.1), ArchivedDistance("3", 0.3))}


@pytest.mark.parametrize(
    ("columns", "fields", "kind"),
    [
        ((STABLE,), {}, "none"),
        ((STABLE,), NOISY, "none"),
        ((STABLE,), ABOVE_BUT_NOISY, "unknown"),
        ((column("s", "not_enough_data"),), {}, "unknown"),
        ((), {}, "unknown"),
        ((STABLE, MOVED), {}, "virtual"),
        ((STABLE, MOVED), NOISY, "unknown"),
        ((STABLE,), STEP, "sudden"),
        ((STABLE, MOVED), STEP, "sudden"),
        ((STABLE, MOVED), CLIMB, "gradual"),
        ((STABLE, MOVED), HIGH, "unknown"),
        ((STABLE, MOVED), {"labelled_share": 0.5}, "virtual"),
        ((STABLE, MOVED), {"labelled_share": 0.49}, "unknown"),
        ((STABLE,), {"expected_loss": None}, "unknown"),
        ((STABLE,), {"losses": losses(*[1.0] * 5)}, "unknown"),
        ((STABLE, NULLS), {}, "data_fault"),
        ((STABLE, NULLS), STEP, "data_fault"),
        ((STABLE, NULLS, MOVED), UNLABELLED, "data_fault"),
        ((STABLE, NULLS), SEASON, "data_fault"),
        ((STABLE, NEW), {}, "data_fault"),
        ((STABLE, NEW), UNLABELLED, "data_fault"),
        ((STABLE, NEW), STEP, "sudden"),
        ((STABLE, NEW, MOVED), {}, "virtual"),
        ((STABLE, MOVED), SEASON, "recurring"),
        ((STABLE, MOVED), {**SEASON, **STEP}, "recurring"),
        ((STABLE, MOVED), {**SEASON, **UNLABELLED}, "recurring"),
        ((STABLE,), SEASON, "none"),
        ((STABLE, FILLED), {}, "data_fault"),
        ((STABLE, FILLED, MOVED), STEP, "data_fault"),
        ((STABLE,), TOGETHER, "virtual"),
        ((STABLE,), {**TOGETHER, **NOISY}, "unknown"),
        ((STABLE,), {**TOGETHER, **STEP}, "sudden"),
        ((STABLE, MOVED), {**SEASON, "live_distance": None}, "virtual"),
    ],
)
def test_the_kind_follows_from_faults_then_seasons_then_the_error(columns, fields, kind):
    found = named(*columns, **fields)

    assert (found.kind, bool(found.response)) == (kind, True)


@pytest.mark.parametrize(("distance", "kind"), [(0.2, "recurring"), (0.21, "virtual")])
def test_an_archived_reference_is_half_as_far(distance, kind):
    assert named(MOVED, live_distance=0.4, archived=(ArchivedDistance("2", distance),)).kind == kind


@pytest.mark.parametrize(("distance", "kind"), [(0.8, "recurring"), (0.81, "virtual")])
def test_a_year_before_is_clearly_within_the_thresholds_that_the_champions_rows_exceed(distance, kind):
    assert named(MOVED, live_distance=0.4, season=season(distance)).kind == kind


def test_a_quiet_batch_in_its_season_has_nothing_to_be_named():
    assert named(STABLE, season=season(0.1)).kind == "none"


def test_nothing_happened_is_said_with_numbers():
    found = named(STABLE)

    assert (found.since, found.response) == (None, "Nothing to do.")
    assert found.reason == (
        "0 of 1 columns drifted. The mean loss of 600 rows of 6 days is 1 (95 % bounds 1 to 1), 1 when promoted; up to "
        "1.2 is as expected."
    )


def test_a_sudden_change_has_its_first_day():
    found = named(STABLE, MOVED, **STEP)

    assert found.since == date(2013, 1, 7)
    assert found.reason == (
        "The mean loss stepped from 1 to 2 on 2013-01-07. The mean loss of 600 rows of 6 days is 2 (95 % bounds 2 to "
        "2), 1 when promoted; up to 1.2 is as expected. 1 of 2 columns drifted: `m` (distance 0.25, threshold 0.1)."
    )


def test_a_gradual_change_says_that_a_line_beats_a_step():
    found = named(STABLE, **CLIMB)

    assert found.since is None
    assert found.reason.startswith(
        "The mean loss climbed from 1 to 2.1 over 12 days; a line fits better than a step. The mean loss of"
    )


@pytest.mark.parametrize(
    ("values", "kind", "since"),
    [
        ([0.05] * 6 + [0.3] * 6, "sudden", date(2013, 1, 7)),
        ([0.05 + 0.02 * day for day in range(12)], "gradual", None),
        ([0.3] * 6 + [0.05] * 6, "unknown", None),
        ([0.05] * 12, "unknown", None),
    ],
)
def test_where_the_losses_have_no_shape_the_distances_say_since_when(values, kind, since):
    found = named(MOVED, **HIGH, distances=distances(*values))

    assert (found.kind, found.since) == (kind, since)
    assert ("The distance from the reference" in found.reason) == (kind != "unknown")


def test_an_error_that_was_always_higher_asks_where_it_came_from():
    found = named(STABLE, **HIGH)

    assert found.response.startswith("Look for what differs from the rows that promoted the champion")
    assert "Neither the losses nor the distances show since when." in found.reason


def test_a_virtual_change_is_dated_by_the_distances():
    found = named(STABLE, MOVED, distances=distances(*[0.05] * 6, *[0.3] * 6))

    assert (found.kind, found.since) == ("virtual", date(2013, 1, 7))
    assert found.reason == (
        "1 of 2 columns drifted: `m` (distance 0.25, threshold 0.1). The mean loss of 600 rows of 6 days is 1 (95 % "
        "bounds 1 to 1), 1 when promoted; up to 1.2 is as expected."
    )


def test_bounds_that_reach_beyond_the_limit_leave_it_open():
    for fields in (NOISY, ABOVE_BUT_NOISY):
        found = named(MOVED, **fields)

        assert found.reason.endswith("up to 1.2 is as expected, which the bounds do not settle: more days will.")
        assert found.response == RESPONSES["unknown"]


def test_every_fault_is_named_and_other_columns_do_not_hide_it():
    frozen = numeric(7.25, 0.0, 6.0, 1.5, name="f")

    assert named(MOVED, NULLS, frozen, NEW).reason == (
        "`n` has no value in 95% of the rows, 0% in the reference. `f` is frozen: every value is 7.25, where the "
        "reference has a standard deviation of 1.5."
    )


def test_a_new_category_is_a_fault_when_nothing_else_changed():
    assert named(STABLE, NEW).reason == ("`c` has categories in 20% of its values that no training row had: `LGA`.")


def test_a_recurring_change_names_the_nearest_version():
    archived = (ArchivedDistance("2", 0.1), ArchivedDistance("3", 0.05))
    found = named(MOVED, live_distance=0.4, archived=archived)

    assert found.reason == (
        "The batch is 0.05 from the training rows of version 3, and 0.4 from those of the champion. 1 of 1 columns "
        "drifted: `m` (distance 0.25, threshold 0.1). The mean loss of 600 rows of 6 days is 1 (95 % bounds 1 to 1), 1 "
        "when promoted; up to 1.2 is as expected."
    )


def test_the_year_before_is_named_rather_than_a_version():
    found = named(MOVED, **SEASON, season=season(0.25))

    assert found.reason.startswith(
        "The same days looked like this a year earlier: the drifted columns are at 25% of their threshold from the "
        "rows of 2012-01-09 to 2012-01-14. 1 of 1 columns drifted"
    )


@pytest.mark.parametrize(
    ("fields", "opening"),
    [
        (UNLABELLED, "10% of the batch's rows have a label; 50% are needed. 1 of 1 columns drifted: `m`"),
        ({"expected_loss": None}, "The error at promotion is not known, so nothing says what to expect."),
        ({"losses": losses(1.0)}, "Losses of 1 days are known; 6 are needed."),
    ],
)
def test_an_unknown_change_says_what_is_missing(fields, opening):
    assert named(MOVED, **fields).reason.startswith(opening)


def test_columns_without_enough_data_are_said_to_be_so():
    assert named(column("x", "not_enough_data")).reason.startswith("None of 1 columns has enough data for a verdict.")


def test_three_columns_are_named_the_furthest_first():
    columns = [column(name, distance=distance) for name, distance in zip("abcd", (0.2, 0.5, 0.3, 0.4), strict=True)]

    assert "4 of 4 columns drifted: `b` (distance 0.5, threshold 0.1), `d` (" in named(*columns).reason
    assert "`a`" not in named(*columns).reason


def test_days_without_rows_do_not_count():
    empty = (*losses(*[1.0] * 12), DayLoss(date(2013, 1, 13), 0, 99.0))

    assert named(STABLE, losses=empty) == named(STABLE)


def test_distances_of_no_rows_do_not_count():
    steps = distances(*[0.05] * 6, *[0.3] * 6)
    empty = (*steps, DistanceAt(date(2013, 1, 13), 0, float("nan")))

    assert named(MOVED, distances=empty) == named(MOVED, distances=steps)


def test_every_kind_suggests_something():
    assert all(each.endswith(".") for each in RESPONSES.values())
    assert len(set(RESPONSES.values())) == 7

"""The demo's closing tables, on rows as a year leaves them."""

import pandas as pd

from local_workspace.notebook.display import shown_as_text
from recipes.demo.summary import (
    DIABETES,
    FLIGHTS,
    WIDTH,
    one_row_a_batch,
    reasons_of_runs,
    runs_of,
    table_of_runs,
    totals,
    year_in_numbers,
)

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
REASON = (
    "23,611 labelled rows are new and a fit is cheap (1.9 s, policy.cheap_fit_seconds 300): train a challenger and "
)
GATE = "RMSE 12.95 against 13.58 of the champion on 6,233 rows of 7 days: gain +4.7%, 95 % bounds +0.9% to +8.5%; it "
EVENTS = (
    "run_id string, model string, outcome string, batch_seq int, rows_read long, rows_accepted long, "
    "rows_quarantined long, rows_already_present long, champion_before string, error_before double, action string, "
    "first_reason string, candidate_version string, gate string, gate_sentence string, champion_after string, at int"
)
NEW_COLUMNS = ("drift_verdict", "worst_column", "static_error")


def event(batch, at, outcome="PROMOTE", read=1000, present=0, before="1", after="2", error=12.0, model=FLIGHTS):
    counts = (read, read - present - 10 if read else 0, 10 if read else 0, present)
    decided = ("refit", REASON, "2", "passed", GATE)
    return (f"run {at}", model, outcome, batch, *counts, before, error, *decided, after, at)


def history(events, *new_columns):
    columns = [part.split()[0] for part in EVENTS.split(", ")]
    runs = one_row_a_batch(pd.DataFrame(events, columns=[*columns, *new_columns]))
    return runs.assign(label=[MONTHS[batch - 1] for batch in runs.index])


def a_year():
    """Twelve months as events with everything that may be in them, numbers as wide as they get."""
    full = ("drifted", "dest_lat", 15.43)
    first = (*event(1, 1, read=27_004, before=None, after="1", error=None), None, None, None)
    return [
        first,
        *((*event(n, n, read=29_425, before=str(2 * n), after=str(2 * n + 2)), *full) for n in range(2, 13)),
    ]


def test_each_batch_is_a_row_named_after_its_month_and_fits_a_hundred_characters():
    runs = history(a_year(), *NEW_COLUMNS)

    lines = shown_as_text(table_of_runs(runs, "month"), width=WIDTH).splitlines()

    assert lines[0].split() == [
        *("month", "read", "accepted", "quarantined", "drift", "action", "champion", "RMSE", "January")
    ]
    assert [line.split()[0] for line in lines[2:]] == MONTHS
    assert lines[3].split() == [
        *("Feb", "29,425", "29,415", "10", "drifted", "dest_lat", "refit", "4", ">", "6", "12.00", "15.43")
    ]
    assert lines[2].split() == ["Jan", "27,004", "26,994", "10", "refit", "-", ">", "1"]
    assert max(map(len, lines)) <= WIDTH


def test_without_drift_and_static_error_their_columns_are_left_out():
    assert list(table_of_runs(history([event(1, 1)]), "month")) == [
        *("month", "read", "accepted", "quarantined", "action", "champion", "RMSE")
    ]


def test_a_run_that_came_again_changes_nothing_and_one_that_failed_is_replaced():
    runs = history(
        [
            event(1, 1, outcome="FAILED", after="1"),
            event(1, 2, outcome="PROMOTE", read=0),
            event(1, 3, outcome="KEEP", read=0, before="2"),
        ]
    )

    assert len(runs) == 1
    assert (runs["rows_read"].item(), runs["outcome"].item(), runs["run_id"].item()) == (1000, "PROMOTE", "run 2")


def test_only_the_models_own_runs_count_and_flights_carry_the_month_of_their_newest_row(spark, schema):
    name = f"spark_catalog.{schema}"
    events = [event(1, 1), event(2, 3), event(1, 2, model=DIABETES)]
    spark.createDataFrame(events, EVENTS).write.format("delta").saveAsTable(f"{name}.events")
    closed = [  # in UTC; the last flight of a month leaves at 23:00 in New York
        *(("flights", 1, "PLANNED", "2013-06-01T00:00:00.000000Z"), ("diabetes", 1, "COMMITTED", "422")),
        *(("flights", 1, "COMMITTED", "2013-02-01T04:00:00.000000Z"),),
        *(("flights", 2, "COMMITTED", "2013-03-01T04:00:00.000000Z"),),
    ]
    watermarks = spark.createDataFrame(closed, "source string, batch_seq int, state string, hi string")
    watermarks.write.format("delta").saveAsTable(f"{name}.watermarks")

    assert list(runs_of(spark, name, FLIGHTS)["label"]) == ["Jan", "Feb"]
    assert list(runs_of(spark, name, DIABETES)["label"]) == ["1"]


def test_reasons_are_cut_to_a_line_each():
    lines = reasons_of_runs(history([event(1, 1)])).splitlines()

    assert lines[0].startswith("Jan  refit: 23,611 labelled rows are new")
    assert lines[1].startswith("     gate passed: RMSE 12.95 against 13.58")
    assert all(line.endswith("...") and len(line) <= WIDTH for line in lines)


def test_rows_read_again_are_counted_apart():
    assert totals(history([event(1, 1), event(2, 2, read=500, present=7)])) == (
        "1,500 rows read: 1,473 accepted, 20 quarantined, 7 read again and already present."
    )


def test_the_year_stands_beside_its_reference_points():
    text = year_in_numbers(history(a_year(), *NEW_COLUMNS))

    assert text.splitlines() == [
        "Mean RMSE in minutes, each month by the champion of its first day (Feb-Dec):",
        "   12.00  the live champion, 12 promotions",
        "   15.43  January's model on the same rows",
        "Reference points, Feb-Dec:",
        "   15.43  January's model kept",
        "   12.59  all history, every month",
        "   11.35  previous month, every month, 10 retrainings",
    ]


def test_a_year_that_has_not_begun_says_so():
    assert year_in_numbers(history([event(1, 1, error=None)])) == "No month has been judged yet; 1 promotions."


def test_an_empty_history_is_no_error():
    runs = history([])

    assert isinstance(table_of_runs(runs, "month"), pd.DataFrame)
    assert totals(runs).startswith("0 rows read")
    assert reasons_of_runs(runs) == ""

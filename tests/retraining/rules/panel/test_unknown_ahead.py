"""The error for what should be known ahead names series and dates."""

from retraining.rules.panel.unknown_ahead import UnknownAhead, unknown_in_words


def test_series_and_dates_are_named_and_many_are_counted():
    found = [
        UnknownAhead('["north"]', "holiday", 1, "2013-04-18", "2013-04-18"),
        UnknownAhead('["south"]', "holiday", 2, "2013-04-17", "2013-04-18"),
        UnknownAhead('["west"]', "price", 1, "2013-04-17", "2013-04-17"),
    ]

    assert unknown_in_words(found, 5, 7) == (
        "5 series cannot be forecast, because columns of forecast.exogenous_known_ahead have no value ahead: holiday "
        'of ["north"] on 2013-04-18; holiday of ["south"] at 2 steps from 2013-04-17 to 2013-04-18; price of ["west"] '
        "on 2013-04-17; and 2 more series. Add rows with these times, an empty label and the columns' values for the "
        "next 7 steps of each series, and run again."
    )


def test_a_single_series_has_no_others():
    found = [UnknownAhead('["north"]', "holiday", 1, "2013-04-18", "2013-04-18")]

    assert "on 2013-04-18. Add rows" in unknown_in_words(found, 1, 7)

"""Flights a day on every route from New York in 2013: the flights example, counted."""

import pandas as pd

from recipes.demo.flights import flights_of_month

KEYS = ["day", "origin", "dest"]


def routes_until(month: int) -> pd.DataFrame:
    """The days of the months from January to this one: day, origin, dest and flights. A day on which a route had no
    flight has no row.

    month: 1 to 12, else ValueError.
    """
    flights = pd.concat([flights_of_month(each) for each in range(1, month + 1)])
    local = flights["time_hour"].dt.tz_convert("America/New_York").dt.tz_localize(None)
    counted = flights.assign(day=local.dt.normalize()).groupby(KEYS).size()
    return counted.rename("flights").reset_index().astype({"flights": "float64"})

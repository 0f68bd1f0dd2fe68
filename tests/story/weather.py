"""Made-up weather as CSV files, one a day: two stations, hours, gaps, a name with a space, booleans, integers."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd


def write_days(folder: Path, first: date, last: date) -> None:
    """Write the files of the days from the first to the last. A day's file is always the same."""
    folder.mkdir(exist_ok=True)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        rows = rows_of_day(day)
        rows.to_csv(folder / f"{day}.csv", index=False, na_rep="NA")


def rows_of_day(day: date) -> pd.DataFrame:
    """48 rows. Rain depends on humidity, wind and station, with noise."""
    random = np.random.default_rng(day.toordinal())
    hours = [f"{day} {hour:02}:00" for hour in range(24)]
    rows = pd.DataFrame({"time": sorted(hours * 2), "station": ["north", "south"] * 24})
    size = len(rows)

    temperature = 8 + 4 * np.sin(np.arange(size) / 8) + random.normal(0, 2, size)
    rows["temperature"] = pd.Series(temperature.round(1)).mask(random.random(size) < 0.02)
    rows["humidity"] = random.integers(40, 100, size)
    rows["wind speed"] = random.integers(0, 30, size)
    rows["is holiday"] = np.where(day.weekday() >= 5, "true", "false")
    rows["unit"] = "mm"

    rain = 0.04 * rows["humidity"] + 0.05 * rows["wind speed"] + (rows["station"] == "south") * 0.5
    rows["rain"] = (rain - 0.03 * temperature + random.normal(0, 0.3, size)).round(2)
    return rows

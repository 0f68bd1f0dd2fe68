"""The examples of forecasts by the names of their specs: where their points come from, and where they go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from recipes.demo import air_passengers, routes


@dataclass(frozen=True)
class SeriesExample:
    """One example: its source table, the keys of a point, the time among them, and how a batch is called. points_until:
    the points up to a year or a month, as the example counts."""

    table: str
    keys: list[str]
    time: str
    label: str
    points_until: Callable[[int], pd.DataFrame]

    @property
    def series(self) -> list[str]:
        """The columns that name a series; none where the table is one series."""
        return [name for name in self.keys if name != self.time]


EXAMPLES: Mapping[str, SeriesExample] = {
    "air_passengers": SeriesExample(
        "air_passengers_source", air_passengers.KEYS, "month", "%Y", air_passengers.passengers_until
    ),
    "route_demand": SeriesExample("route_demand_source", routes.KEYS, "day", "%b", routes.routes_until),
}
"""As specs/ calls them."""

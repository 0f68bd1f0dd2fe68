"""Losses of a panel at its origins, added up over series: what the gate compares day by day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.panel.accuracy import ACTUAL, FORECAST, SCALE, WEIGHT, lower, upper
from retraining.spec.forecast_section import Weighting

ALL = "all"
"""The slice that holds every series."""


def weights_of(volumes: "pd.Series[float]", weighting: Weighting) -> "pd.Series[float]":
    """What each series counts: all the same, or by its volume (the sum of its values' sizes); the mean is 1, so that
    losses keep their unit. Series without volume count nothing by volume, unless all are without."""
    if weighting == "equal" or not volumes.sum() > 0:
        return volumes * 0 + 1.0
    return volumes / volumes.mean()


def origin_sums(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """What some series of one model add to each origin's sums, by slice: origin, slice, rows, weight and loss. Sums of
    buckets of series may be added up.

    rows: of `at_origins`, with a weight, and a column `slices` of lists of names. The sums are those of the kind's
    metric: of weights, and of weighted scaled errors, squared for rmsse.
    """
    scaled = np.abs(rows[ACTUAL].to_numpy(np.float64) - rows[FORECAST].to_numpy(np.float64)) / rows[SCALE].to_numpy()
    weight = rows[WEIGHT].to_numpy(np.float64)
    table = pd.DataFrame(
        {
            "origin": rows["origin"].to_numpy(),
            "slice": [[ALL, *names] for names in rows["slices"]],
            "rows": 1.0,
            "weight": weight,
            "loss": weight * (scaled**2 if metric == "rmsse" else scaled),
        }
    ).explode("slice")
    return table.groupby(["origin", "slice"], as_index=False, sort=True).sum()


@dataclass(frozen=True)
class Compared:
    """Rows of two panels that both answered; broken: rows that only the candidate left without an answer."""

    candidate: pd.DataFrame
    baseline: pd.DataFrame
    broken: int


def answered_by_both(candidate: pd.DataFrame, baseline: pd.DataFrame) -> Compared:
    """The same rows of both, in one order. A row that no model can answer, such as the first of a new series, says
    nothing; one that only the candidate leaves open stops it at the gate.

    Raises ValueError where the panels were not asked about the same rows: one that was asked less could only look
    better.
    """
    keys = ["series", "origin", "step"]
    ours, theirs = (each.sort_values(keys).reset_index(drop=True) for each in (candidate, baseline))
    if not ours[keys].equals(theirs[keys]):
        raise ValueError(f"The panels forecast {len(ours):,} and {len(theirs):,} rows; expected the same rows of both")

    answers, has_baseline = (np.isfinite(each[FORECAST].to_numpy(np.float64)) for each in (ours, theirs))
    both = answers & has_baseline
    return Compared(ours[both], theirs[both], int((has_baseline & ~answers).sum()))


def paired_by_origin(candidate: pd.DataFrame, baseline: pd.DataFrame, name: str = ALL) -> PairedSums:
    """Both models' sums of one slice, an origin a block. Raises ValueError where they are not of as many rows."""
    ours, theirs = (_of_slice(each, name) for each in (candidate, baseline))
    if not np.array_equal(ours.index, theirs.index) or not np.array_equal(ours["rows"], theirs["rows"]):
        raise ValueError(f"Slice {name}: both panels must forecast the same rows of the same origins; they did not")
    sums = [each[["weight", "loss"]].to_numpy(np.float64) for each in (ours, theirs)]
    return PairedSums(ours["rows"].to_numpy(np.float64), *sums)


def _of_slice(sums: pd.DataFrame, name: str) -> pd.DataFrame:
    return sums[sums["slice"] == name].groupby("origin", sort=True)[["rows", "weight", "loss"]].sum()


def slices_of(sums: pd.DataFrame) -> list[str]:
    """Names of the slices beside the whole, sorted."""
    return sorted(set(sums["slice"]) - {ALL})


def interval_sums(rows: pd.DataFrame, level: int) -> pd.DataFrame:
    """How many actuals were inside the interval of a level, by origin: origin, rows, inside."""
    return _with_an_interval(rows, level).drop(columns="series").groupby("origin", as_index=False, sort=True).sum()


@dataclass(frozen=True)
class SeriesSpread:
    """What says how much series differ, sums over them: how many there are, rows squared, rows times
    actuals inside, and actuals inside squared. Those of buckets of series may be added up."""

    series: int
    rows_squared: float
    rows_inside: float
    inside_squared: float

    def error(self, share: float, rows: float) -> float:
        """The standard error of the share of actuals inside, of two series or more: a series' intervals are too wide
        or too narrow at all of its origins, so it counts as one."""
        squares = self.inside_squared - 2 * share * self.rows_inside + share**2 * self.rows_squared
        return float(np.sqrt(max(0.0, squares) * self.series / (self.series - 1))) / rows


def series_spread(rows: pd.DataFrame, level: int) -> SeriesSpread:
    """The spread of some series."""
    found = _with_an_interval(rows, level).groupby("series")[["rows", "inside"]].sum().to_numpy(np.float64)
    count = found[:, 0]
    inside = found[:, 1]
    return SeriesSpread(len(found), float(count @ count), float(count @ inside), float(inside @ inside))


def _with_an_interval(rows: pd.DataFrame, level: int) -> pd.DataFrame:
    """series, origin, rows (1) and inside (1 or 0). An interval without a width says nothing: it is that of a series
    which never changed."""
    low = rows[lower(level)].to_numpy(np.float64)
    high = rows[upper(level)].to_numpy(np.float64)
    actual = rows[ACTUAL].to_numpy(np.float64)
    inside = ((actual >= low) & (actual <= high)).astype(np.float64)
    table = rows[["series", "origin"]].assign(rows=1.0, inside=inside)
    known: pd.DataFrame = table.loc[np.isfinite(low) & np.isfinite(high) & (high > low)]
    return known


def revision_sums(rows: pd.DataFrame) -> tuple[float, int]:
    """How much forecasts of one target changed from origin to origin: the sum of scaled changes, and their number."""
    ordered = rows.sort_values(["series", "target", "origin"])
    changes = ordered.groupby(["series", "target"], sort=False)[FORECAST].diff().abs() / ordered[SCALE]
    found = changes[np.isfinite(changes)]
    return float(found.sum()), len(found)


def volume_slices(volumes: "pd.Series[float]", parts: Sequence[str] = ("small", "middle", "large")) -> "pd.Series[str]":
    """The part of the series, by volume, that each one belongs to: as many in each, larger ones last."""
    place = volumes.rank(method="first") - 1
    part = (place * len(parts) // max(1, len(volumes))).astype(int)
    return part.map({number: f"volume {name}" for number, name in enumerate(parts)})

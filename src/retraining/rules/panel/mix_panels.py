"""A candidate panel may be better as a whole and worse for a few series: those keep the model that they have."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retraining.rules.panel.regular import FloatArray

HYSTERESIS = 0.10
"""A series keeps its champion model where the candidate's loss is larger by more than this share."""
_MOST_ORIGINS = 2 / 3
"""And larger at this share of the origins, so that one bad day does not decide."""
FEWEST_ORIGINS = 6
KEPT = "The candidate's model "
"""How the reason of a series begins that keeps the champion's."""


@dataclass(frozen=True)
class KeptModel:
    """A series that keeps its champion model inside the promoted panel."""

    series: str
    candidate_loss: float
    champion_loss: float
    origins: int
    reason: str


def series_to_keep(candidate: pd.DataFrame, champion: pd.DataFrame) -> tuple[KeptModel, ...]:
    """The series whose candidate model is worse beyond hysteresis. Both: series, origin and loss, the mean scaled error
    of the origin's forecasts; only origins of both count. The gate's verdict is on the panel as it was fitted: what is
    kept does not make it better."""
    live = champion.rename(columns={"loss": "champion_loss"})
    both = candidate.merge(live, on=["series", "origin"])
    kept = []
    for series, rows in both.groupby("series", sort=True):
        ours = rows["loss"].to_numpy(np.float64)
        theirs = rows["champion_loss"].to_numpy(np.float64)
        if len(rows) < FEWEST_ORIGINS or np.isnan(theirs).any():
            continue

        broken = bool(np.isnan(ours).any())
        larger = broken or ours.mean() > (1 + HYSTERESIS) * theirs.mean()
        if larger and (broken or np.mean(ours > theirs) >= _MOST_ORIGINS):
            kept.append(_kept(str(series), ours, theirs))
    return tuple(kept)


def _kept(series: str, ours: FloatArray, theirs: FloatArray) -> KeptModel:
    answers = "has no answer" if np.isnan(ours).any() else f"has a scaled error of {ours.mean():.3g}"
    reason = (
        f"{KEPT}{answers} at {len(ours)} origins, the champion's {theirs.mean():.3g}: the series keeps the champion's."
    )
    return KeptModel(series, float(ours.mean()), float(theirs.mean()), len(ours), reason)


def series_losses(rows: pd.DataFrame) -> pd.DataFrame:
    """Series, origin and loss of one model, from rows of `at_origins`. An origin with a forecast that is missing has no
    loss."""
    scaled = (rows["actual"] - rows["forecast"]).abs() / rows["scale"]
    table = pd.DataFrame({"series": rows["series"], "origin": rows["origin"], "loss": scaled})
    grouped = table.groupby(["series", "origin"], sort=True)["loss"]
    return grouped.agg(lambda losses: losses.mean(skipna=False)).reset_index()

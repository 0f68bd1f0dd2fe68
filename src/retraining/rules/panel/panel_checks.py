"""What a candidate panel must keep while its loss gets smaller: intervals, stability, models, and every series."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from retraining.records.gate import Check, GateVerdict
from retraining.rules.panel.panel_losses import SeriesSpread

COVERAGE = "coverage_"
"""How the names of checks begin whose value is a share of actuals inside, and no gain."""
COVERAGE_TOLERANCE = 0.05
FEWEST_ORIGINS = 10
"""Of a verdict on coverage."""
_FEWEST_SERIES = 2
STABILITY_TOLERANCE = 0.05
"""Share by which forecasts may change more from origin to origin than those of the reference."""
FALLBACK_TOLERANCE = 0.02
"""Share of the series that may fall back in addition to those of the champion."""


def coverage_holds(level: int, sums: pd.DataFrame, spread: SeriesSpread) -> Check:
    """The share of actuals inside the interval is within five points of its level. It fails only where intervals are
    shown to be too narrow: days differ, series do, and a small panel has few of both. Intervals that are too wide are
    reported: they follow what comes in, and the champion's stay if the panel is refused.

    sums: origin, rows and inside, as `interval_sums` has them.
    """
    name = f"{COVERAGE}{level}"
    origins = len(sums)
    if origins < FEWEST_ORIGINS:
        few = f"Coverage of {level} % intervals: {origins} origins; a verdict needs {FEWEST_ORIGINS}."
        return Check(name, "unknown", None, None, None, level / 100, few)

    rows = float(sums["rows"].sum())
    share = float(sums["inside"].sum() / rows)
    reach = _reach(share, sums, spread)
    away = abs(share - level / 100)

    verdict: GateVerdict = "passed"
    if away > COVERAGE_TOLERANCE:
        shown = reach is not None and away - reach > COVERAGE_TOLERANCE
        verdict = "failed" if shown and share < level / 100 else "unknown"
    sentence = (
        f"Of {int(rows):,} actuals of {spread.series:,} series at {origins} origins {share:.1%} were inside the "
        f"{level} % intervals; within {COVERAGE_TOLERANCE:.0%} of the level is "
        f"{'shown not to hold' if verdict == 'failed' else 'asked'}."
    )
    if reach is None:
        return Check(name, verdict, share, None, None, level / 100, sentence)
    return Check(name, verdict, share, share - reach, share + reach, level / 100, sentence)


def _reach(share: float, sums: pd.DataFrame, spread: SeriesSpread) -> float | None:
    """How far the share may be from what other origins, or other series, would show, whichever is further; None for a
    single series, which cannot tell."""
    if spread.series < _FEWEST_SERIES:
        return None
    rows = sums["rows"].to_numpy(np.float64)
    inside = sums["inside"].to_numpy(np.float64)
    left_out = (inside.sum() - inside) / (rows.sum() - rows)
    of_origins = float(np.sqrt((len(rows) - 1) / len(rows) * np.sum((left_out - left_out.mean()) ** 2)))
    errors = ((of_origins, len(rows)), (spread.error(share, float(rows.sum())), spread.series))
    return max(float(stats.t.ppf(0.975, count - 1)) * error for error, count in errors)


def stability_holds(candidate: tuple[float, int], reference: tuple[float, int], name: str) -> Check:
    """Forecasts of one date change from origin to origin no more than those of a reference, such as models that are
    fitted again at every origin. Both: the sum of scaled changes, and their number."""
    if not candidate[1] or not reference[1]:
        few = "Stability: no date was forecast from two origins."
        return Check("stability", "unknown", None, None, None, None, few)

    ours = candidate[0] / candidate[1]
    theirs = reference[0] / reference[1]
    most = theirs * (1 + STABILITY_TOLERANCE)
    sentence = (
        f"From origin to origin the forecast of a date changes by {ours:.3g} scales, those of {name} by {theirs:.3g}; "
        f"at most {most:.3g} is allowed."
    )
    return Check("stability", "passed" if ours <= most else "failed", ours, None, None, most, sentence)


@dataclass(frozen=True)
class Roster:
    """How many series a panel has, and how many of them fall back. Counted where they are: a panel may have more series
    than one machine wants to hold."""

    series: int
    fallbacks: int

    @property
    def share(self) -> float:
        """Of the series that fall back."""
        return self.fallbacks / self.series if self.series else 0.0


@dataclass(frozen=True)
class Kept:
    """Series of the source that have not retired, beside those of a panel. lost: those without a model; more: models of
    other series; twice: models beside the first one of their series."""

    expected: int
    lost: int
    more: int
    twice: int


def fallbacks_hold(candidate: Roster, champion: Roster | None) -> Check:
    """Not many more series may fall back than in the live panel, of those that both have: what has arrived since had no
    model before, and neither had what is in a first panel, which is not asked."""
    now = f"{candidate.fallbacks:,} of {candidate.series:,} series fall back ({candidate.share:.1%})"
    if champion is None:
        return Check("fallbacks", "passed", candidate.share, None, None, None, f"{now}.")
    most = champion.share + FALLBACK_TOLERANCE
    verdict: GateVerdict = "passed" if candidate.share <= most else "failed"
    sentence = f"{now}, of the same series in the champion {champion.share:.1%}; at most {most:.1%} is allowed."
    return Check("fallbacks", verdict, candidate.share, None, None, most, sentence)


def none_lost(kept: Kept) -> Check:
    """Every series of the source that has not retired has exactly one model."""
    sentence = (
        f"{kept.expected:,} series are expected; {kept.lost:,} are lost, {kept.more:,} are not expected and "
        f"{kept.twice:,} are there twice."
    )
    verdict: GateVerdict = "failed" if kept.lost or kept.more or kept.twice else "passed"
    return Check("series", verdict, float(kept.lost), None, None, 0.0, sentence)

"""Drift in all columns together: can a classifier tell new rows from reference rows?

A distance of single columns does not see that two columns have ceased to go together; trees do. Whether a column as a
whole is higher than before is left to its distance: numbers are taken from the middle of their day, so that warm days
do not hide everything else.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from retraining.records.drift import DomainVerdict
from retraining.rules.drift.classifier.day_blocks import FEWEST_BLOCKS, FEWEST_ROWS, DayBlocks, plan_blocks
from retraining.rules.drift.classifier.encode_rows import MOST_CATEGORIES, EncodedRows, encode_rows
from retraining.rules.drift.classifier.pair_products import Pairs, scores_of, telling_pairs, with_products

MOST_ROWS = 20_000
"""A side."""
MOST_OF_BLOCK = 400
"""Rows of a run of days that is compared with others. With 20 columns a verdict takes four seconds on one core."""
OTHERS = 10
"""Rows that each of these is compared with."""
MOST_COLUMNS = 50
"""With more columns the classifier is not used unless the spec wants it."""
ROWS_A_SIDE = 2_000
"""Where rows have no days: what callers should draw."""
RELABELLINGS = 24
"""Of rows without days."""
FALSE_ALARMS = 0.01
"""Of a batch in which nothing changed."""
LEAST_AREA = 0.55
"""A smaller area under the curve does not matter, even if it is certain."""
FOLDS = 3
_NAMED_SHARE = 0.1
_MOST_NAMED = 3

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def tell_apart(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    reference_days: Sequence[date] | None,
    current_days: Sequence[date] | None,
    seed: int,
) -> DomainVerdict:
    """Drifted when the area under the curve, on rows left out of training, exceeds 0.55 and what runs of days of the
    reference reach against its other days.

    reference, current: features only, at most 20,000 rows each; days: one for each row, None where rows have none.
    The newest days of the batch are compared with up to 24 equally long runs of days, because rows of a day, and
    neighbouring days, resemble each other: a stable batch exceeds the bound once in 100 times, if the areas of runs are
    normally distributed. Rows without days are relabelled one by one, which assumes that they are independent; the
    reason mentions it. Cost: 3 folds x 25 fits of 10 trees. Raises ValueError for too many rows, other columns, and
    days of one side only. Source: Lopez-Paz and Oquab (2017).
    """
    for side, frame in (("reference", reference), ("current", current)):
        if len(frame) > MOST_ROWS:
            raise ValueError(f"{side}: {len(frame):,} rows, at most {MOST_ROWS:,} are compared; give a sample of them")
    if (reference_days is None) != (current_days is None):
        raise ValueError("days are known of one side only: give those of both, or of neither")

    rows = encode_rows(reference, current)
    rng = np.random.default_rng(seed)
    few = _too_few(rows)
    if few:
        return _unknown(few)
    if reference_days is None or current_days is None:
        return _of_rows(rows, rng)

    days = (list(reference_days), list(current_days))
    blocks = plan_blocks(*(Counter(each) for each in days))
    if blocks is None:
        return too_few_days(*map(set, days))
    return _of_blocks(rows, np.array([*days[0], *days[1]], dtype="datetime64[D]"), blocks, rng)


def _of_rows(rows: EncodedRows, rng: np.random.Generator) -> DomainVerdict:
    every = np.ones(len(rows.current), dtype=bool)
    pairs = [_Pair(rows.current, every), *(_Pair(rng.permutation(rows.current), every) for _ in range(RELABELLINGS))]
    return _verdict(_Trial(rows, scores_of(rows), np.arange(len(rows.current)), rng), pairs, None)


def _of_blocks(rows: EncodedRows, days: NDArray[Any], blocks: DayBlocks, rng: np.random.Generator) -> DomainVerdict:
    """Each run of training days takes the place of the batch once, which is then left out."""
    member = np.full(len(days), -1)
    for place, block in enumerate((blocks.current, *blocks.reference)):
        of_side = rows.current if place == 0 else ~rows.current
        member[of_side & np.isin(days, np.array(block, dtype="datetime64[D]"))] = place
    mixed = rng.permutation(np.flatnonzero(member >= 0))
    rank = np.empty(len(days), dtype=np.int64)
    rank[mixed] = pd.Series(member[mixed]).groupby(member[mixed]).cumcount().to_numpy()

    sizes = np.bincount(member[member >= 0])
    most = min(MOST_OF_BLOCK, max(FEWEST_ROWS, int(np.median(sizes[1:]))))  # so that none is learned better
    few = OTHERS * most // len(blocks.reference) + 1
    pairs = [
        _Pair(member == place, ((member == place) & (rank < most)) | ((member > 0) & (member != place) & (rank < few)))
        for place in range(len(sizes))
    ]
    units = days.astype(np.int64) if len(blocks.current) >= FOLDS else np.arange(len(days))
    level = _from_middle_of_day(rows, days)
    return _verdict(_Trial(level, scores_of(level), units, rng), pairs, blocks)


def _from_middle_of_day(rows: EncodedRows, days: NDArray[Any]) -> EncodedRows:
    """Numbers less the median of their side's day; the lower one of two, so that whole numbers stay whole."""
    numeric = ~rows.categorical
    if not numeric.any():
        return rows
    frame = pd.DataFrame(rows.values[:, numeric])
    keys = [rows.current, days]
    middle = frame.groupby(keys).quantile(0.5, interpolation="lower")
    values = rows.values.copy()
    values[:, numeric] -= middle.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy()
    return replace(rows, values=values)


@dataclass(frozen=True)
class _Pair:
    """Two sides: current, shape (rows,), true for one of them; used: the rows that take part."""

    current: BoolArray
    used: BoolArray


@dataclass(frozen=True)
class _Fold:
    """A model, the products of columns that it also sees, and the rows that it has not seen."""

    model: HistGradientBoostingClassifier
    pairs: Pairs
    held: BoolArray


@dataclass(frozen=True)
class _Trial:
    """Rows to tell apart. units: shape (rows,), what is dealt out to the folds as a whole, of each side; scores: as in
    pair_products."""

    rows: EncodedRows
    scores: NDArray[np.float64]
    units: IntArray
    rng: np.random.Generator

    def folds(self, pair: _Pair) -> list[_Fold]:
        """The units of each side are dealt out in turn, so that every fold has both sides."""
        fold = np.full(len(pair.current), -1)
        for side in (pair.used & ~pair.current, pair.used & pair.current):
            units, place = np.unique(self.units[side], return_inverse=True)
            fold[side] = (self.rng.permutation(len(units)) % FOLDS)[place]
        return [self._fitted(pair, pair.used & (fold != each), fold == each) for each in range(FOLDS)]

    def _fitted(self, pair: _Pair, seen: BoolArray, held: BoolArray) -> _Fold:
        pairs = telling_pairs(self.scores, pair.current, seen)
        model = _small_model(np.append(self.rows.categorical, np.zeros(len(pairs), dtype=bool)))
        return _Fold(model.fit(self._columns(seen, pairs), pair.current[seen]), pairs, held)

    def _columns(self, chosen: BoolArray, pairs: Pairs) -> NDArray[np.float64]:
        return with_products(self.rows.values[chosen], self.scores[chosen], pairs)

    def area(self, pair: _Pair, folds: Sequence[_Fold]) -> float:
        """Mean over the folds, because scores of different models are not on one scale."""
        scores = [
            roc_auc_score(pair.current[each.held], each.model.decision_function(self._columns(each.held, each.pairs)))
            for each in folds
        ]
        return float(np.mean(scores))

    def shuffled(self, place: int, folds: Sequence[_Fold]) -> "_Trial":
        """The same with one column's values dealt out again among the rows of each fold."""
        values = self.rows.values.copy()
        scores = self.scores.copy()
        for each in folds:
            rows = np.flatnonzero(each.held)
            mixed = self.rng.permutation(rows)
            values[rows, place] = self.rows.values[mixed, place]
            scores[rows, place] = self.scores[mixed, place]
        return replace(self, rows=replace(self.rows, values=values), scores=scores)


def _verdict(trial: _Trial, pairs: Sequence[_Pair], blocks: DayBlocks | None) -> DomainVerdict:
    """The first pair is that of the batch."""
    own, *relabelled = pairs
    folds = trial.folds(own)
    auc = trial.area(own, folds)
    bound = _bound(np.array([trial.area(each, trial.folds(each)) for each in relabelled]))
    reason = _reason(own, auc, bound, blocks)
    if auc <= max(bound, LEAST_AREA):
        return DomainVerdict(auc, bound, "stable", (), reason)

    columns = _importances(trial, own, folds, auc)
    return DomainVerdict(auc, bound, "drifted", columns, reason + _given_away_by(auc, columns))


def _bound(areas: NDArray[np.float64]) -> float:
    """What one more of these stays below: a prediction bound of the normal distribution."""
    many = len(areas)
    return float(areas.mean() + stats.t.isf(FALSE_ALARMS, many - 1) * areas.std(ddof=1) * np.sqrt(1 + 1 / many))


def _unknown(reason: str) -> DomainVerdict:
    return DomainVerdict(None, None, "not_enough_data", (), reason)


def _too_few(rows: EncodedRows) -> str:
    now = int(rows.current.sum())
    before = len(rows.current) - now
    if min(before, now) < FEWEST_ROWS:
        return f"{before:,} rows in the reference and {now:,} in the batch; a verdict needs {FEWEST_ROWS:,} of each."
    return "" if rows.names else "There is no column to tell the rows apart by."


def too_few_days(before: Collection[date], now: Collection[date]) -> DomainVerdict:
    """The verdict where no runs of days can be planned. before, now: the days of both sides."""
    return _unknown(
        f"{len(before):,} days in the reference and {len(now):,} in the batch; a verdict needs {FEWEST_BLOCKS} times "
        f"as many in the reference as in the batch's newest days, and {FEWEST_ROWS:,} rows in these."
    )


def rows_wanted(blocks: DayBlocks) -> tuple[int, int]:
    """Rows of these days that callers should draw, of the reference and of the batch."""
    return len(blocks.reference) * MOST_OF_BLOCK * 5 // 4, MOST_OF_BLOCK


def _small_model(categorical: BoolArray) -> HistGradientBoostingClassifier:
    """Three splits deep at the most: enough for columns that go together, and cheap to fit 75 times."""
    return HistGradientBoostingClassifier(
        max_iter=10,
        learning_rate=0.2,
        max_leaf_nodes=8,
        max_bins=MOST_CATEGORIES + 2,
        early_stopping=False,
        categorical_features=categorical,
        class_weight="balanced",
        random_state=0,
    )


def _importances(trial: _Trial, pair: _Pair, folds: Sequence[_Fold], auc: float) -> tuple[tuple[str, float], ...]:
    lost = [(name, auc - trial.shuffled(place, folds).area(pair, folds)) for place, name in enumerate(trial.rows.names)]
    return tuple(sorted(lost, key=lambda each: (-each[1], each[0])))


def _reason(pair: _Pair, auc: float, bound: float, blocks: DayBlocks | None) -> str:
    now = int((pair.used & pair.current).sum())
    counts = f"{now:,} new rows{{}} from {int(pair.used.sum()) - now:,} reference rows{{}}"
    found = f"with an AUC of {auc:.3f} (0.5 is guessing, and {LEAST_AREA:g} passes)"
    if blocks is None:
        said = counts.format("", "")
        held = f"{RELABELLINGS} random relabellings of the rows"
        assumed = " (too little where rows are not independent, such as rows of one day)"
    else:
        days = len(blocks.current)
        said = counts.format(f" of {days:,} {_days(days)}", f" of {days * len(blocks.reference):,} days")
        held = f"{len(blocks.reference)} runs of {days:,} {_days(days)} of the reference"
        assumed = ""
    return f"A classifier tells {said} {found}; {held} stay below {bound:.3f}{assumed}."


def _days(count: int) -> str:
    return "day" if count == 1 else "days"


def _given_away_by(auc: float, columns: Sequence[tuple[str, float]]) -> str:
    """The columns that count for a tenth of the way from guessing, three at the most."""
    least = _NAMED_SHARE * (auc - 0.5)
    named = [f"`{name}` ({lost:.3f})" for name, lost in columns if lost >= least][:_MOST_NAMED]
    return f" Given away by {', '.join(named)}: what the AUC loses without it." if named else ""

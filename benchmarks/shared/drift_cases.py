"""Named cases of the drift verdict: what must not be called drift, and what must be seen."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shared.batch_drift import FIRST_DAY, Rows, metrics_of, references_of, spec_of, verdict_of
from shared.result import Measure

from retraining.records.drift import DriftMetric, DriftReference
from retraining.rules.drift.classifier.domain_classifier import tell_apart
from retraining.spec.model_spec import ModelSpec

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COLUMNS = 20
NAMES = [f"x{number}" for number in range(COLUMNS)]
BATCHES_A_REFERENCE = 5
"""A reference is drawn by chance too."""
YEAR, WEEK = 364, 7
DAY_SHARE, DAY_CORRELATION = 0.1, 0.6


@dataclass(frozen=True)
class Trial:
    """One batch: whether it was called drifted as it was, and whether it was seen with each change."""

    false: bool
    caught: Mapping[str, bool]


Trials = Callable[[np.random.Generator, int], Iterator[Trial]]


@dataclass(frozen=True)
class Case:
    """most_false: of stationary batches. out_of_scope: changes whose share is shown and not held. cost: how many times
    as long as a usual one a batch takes."""

    name: str
    trials: Trials
    most_false: float
    out_of_scope: tuple[str, ...] = ()
    cost: int = 1


def _sizes(random: np.random.Generator, least: int, most: int) -> int:
    return int(np.exp(random.uniform(np.log(least), np.log(most))))


def rare_categories(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """500 rows of 10,000 categories whose shares fall with their rank; batches of 200 to 10,000 rows."""
    spec = spec_of([], ["c"])
    share = 1 / np.arange(1, 10_001)
    share /= share.sum()

    def draw(rows: int) -> pd.DataFrame:
        return pd.DataFrame({"c": [f"c{rank}" for rank in random.choice(len(share), rows, p=share)]}, dtype=object)

    for number in range(batches):
        if number % BATCHES_A_REFERENCE == 0:
            references = references_of(spec, Rows(draw(500)))
        batch = draw(_sizes(random, 200, 10_000))
        named = batch.assign(c=batch["c"].where(random.random(len(batch)) >= 0.1, "new"))
        yield Trial(
            _drifted(spec, references, Rows(batch)),
            {"a new category in 10 %": _drifted(spec, references, Rows(named))},
        )


def missing_values(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """20 columns with 40 % nulls, 500 rows beside 200: most columns have too few values."""
    spec = spec_of(NAMES)

    def draw(rows: int, columns: int, share: float) -> FloatArray:
        values = random.standard_normal((rows, columns))
        return np.where(random.random(values.shape) < share, np.nan, values)

    for number in range(batches):
        if number % BATCHES_A_REFERENCE == 0:
            references = references_of(spec, Rows(_frame(draw(500, COLUMNS, 0.4))))
        batch = draw(200, COLUMNS, 0.4)
        emptied = np.column_stack([draw(200, 5, 0.8), batch[:, 5:]])
        yield Trial(
            _drifted(spec, references, Rows(_frame(batch))),
            {"80 % nulls in 5 columns": _drifted(spec, references, Rows(_frame(emptied)))},
        )


def few_days(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """One to six days beside a year of whole weeks whose Saturdays and Sundays are 1 sigma higher in 5 columns."""
    yield from _short(random, batches, lambda: (int(random.integers(WEEK)), int(random.integers(1, WEEK))))


def weekends(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """Saturday and Sunday beside the same."""
    yield from _short(random, batches, lambda: (5, 2))


def _short(random: np.random.Generator, batches: int, which: Callable[[], tuple[int, int]]) -> Iterator[Trial]:
    spec = spec_of(NAMES)

    def draw(days: IntArray, rows: int) -> tuple[FloatArray, IntArray]:
        day = np.repeat(days, rows)
        values = _with_days(random, day)
        values[:, :5] += (day % WEEK >= 5)[:, np.newaxis]
        return values, day

    for number in range(batches):
        if number % BATCHES_A_REFERENCE == 0:
            values, days = draw(np.arange(YEAR), 250)
            references = references_of(spec, Rows(_frame(values), days))
        first, length = which()
        values, days = draw(YEAR + first + np.arange(length), 300)
        false = _drifted(spec, references, Rows(_frame(values), days))
        values[:, 5:10] += 1.5
        yield Trial(false, {"1.5 sigma in 5 columns": _drifted(spec, references, Rows(_frame(values), days))})


SHAPES: Mapping[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "normal": lambda random, rows: random.standard_normal(rows),
    "lognormal": lambda random, rows: random.lognormal(size=rows),
    "counts": lambda random, rows: random.poisson(15.0, rows).astype(float),
    "rounded": lambda random, rows: np.round(300 + 20 * random.standard_normal(rows)),
    "half empty": lambda random, rows: np.where(random.random(rows) < 0.3, 0.0, random.standard_normal(rows)),
}


def new_values(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """5 % of a column turned to one value that was not there; 10,000 rows beside 1,000 to 10,000."""
    spec = spec_of(list(SHAPES), ["airport"])

    def draw(rows: int) -> pd.DataFrame:
        numbers = {name: shape(random, rows) for name, shape in SHAPES.items()}
        return pd.DataFrame(numbers).assign(airport=random.choice(["EWR", "JFK", "LGA"], rows).astype(object))

    for number in range(batches):
        if number % BATCHES_A_REFERENCE == 0:
            references = references_of(spec, Rows(draw(10_000)))
        batch = draw(_sizes(random, 1_000, 10_000))
        metrics = metrics_of(spec, references, Rows(batch))
        caught = {}
        for value, columns in ((-999.0, SHAPES), (9999.0, SHAPES), (0.0, ("normal", "lognormal", "counts", "rounded"))):
            hit = random.random(len(batch)) < 0.05
            filled = batch.assign(**{name: batch[name].where(~hit, value) for name in columns})
            caught[f"{value:g} in 5 %"] = _all_faults(metrics_of(spec, references, Rows(filled)), columns)
        for text in ("", "SWF"):
            filled = batch.assign(airport=batch["airport"].where(random.random(len(batch)) >= 0.05, text))
            caught[f"`{text}` in 5 %"] = _all_faults(metrics_of(spec, references, Rows(filled)), ("airport",))
        yield Trial(verdict_of(spec, metrics) == "drifted" or any(each.fault for each in metrics), caught)


def together(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """Two of 20 columns with a correlation of 0.8; a week beside a year. What the classifier says."""
    yield from _told_apart(random, batches, 0.0)


def together_with_days(random: np.random.Generator, batches: int) -> Iterator[Trial]:
    """The same, and days are a tenth of the variance."""
    yield from _told_apart(random, batches, DAY_SHARE)


def _told_apart(random: np.random.Generator, batches: int, day_share: float) -> Iterator[Trial]:
    def draw(days: IntArray, correlation: float) -> FloatArray:
        values = _with_days(random, days, day_share)
        values[:, 1] = correlation * values[:, 0] + np.sqrt(1 - correlation**2) * values[:, 1]
        return values

    def told(values: FloatArray, days: IntArray) -> bool:
        sides = [[FIRST_DAY + timedelta(days=int(day)) for day in each] for each in (known, days)]
        return tell_apart(_frame(before), _frame(values), *sides, seed=0).verdict == "drifted"

    known = np.repeat(np.arange(YEAR), 50)
    now = np.repeat(YEAR + np.arange(WEEK), 60)
    for number in range(batches):
        if number % BATCHES_A_REFERENCE == 0:
            before = draw(known, 0.8)
        batch = draw(now, 0.8)
        tail = batch.copy()
        tail[:, 2:4] += tail[:, 2:4] > np.quantile(before[:, 2:4], 0.9, axis=0)
        changed = {"correlation 0.8 to -0.8": told(draw(now, -0.8), now), TAIL: told(tail, now)}
        yield Trial(told(batch, now), changed)


TAIL = "1 sigma in the upper tenth of 2 columns"
CASES = (
    Case("rare categories", rare_categories, 0.02),
    Case("40 % nulls, few rows", missing_values, 0.02),
    Case("Saturday and Sunday", weekends, 0.05),
    Case("1 to 6 days", few_days, 0.05),
    Case("one new value", new_values, 0.02),
    Case("columns that go together", together, 0.02, (TAIL,), 4),
    Case("columns that go together, with days", together_with_days, 0.05, (TAIL,), 4),
)
LEAST_CAUGHT = 0.9


def measure_cases(seed: int, batches: int) -> list[Measure]:
    """Every case with a random stream of its own, two at a time."""
    with ProcessPoolExecutor(2) as pool:
        streams = [np.random.default_rng([seed, 100 + place]) for place in range(len(CASES))]
        found = pool.map(_measured, range(len(CASES)), streams, [batches] * len(CASES))
        return [measure for measures in found for measure in measures]


def _measured(place: int, random: np.random.Generator, batches: int) -> list[Measure]:
    case = CASES[place]
    trials = list(case.trials(random, max(1, batches // case.cost)))
    many = len(trials)
    false = sum(each.false for each in trials)
    measures = [Measure(f"{case.name}: called drifted", f"{many} batches", f"{false}", false / many, case.most_false)]
    for change in trials[0].caught:
        missed = sum(not each.caught[change] for each in trials)
        scope = change in case.out_of_scope
        what = f"{case.name}: {change} missed{' (out of scope)' if scope else ''}"
        measures.append(
            Measure(what, f"{many} batches", f"{missed}", missed / many, 1.0 if scope else 1 - LEAST_CAUGHT)
        )
    return measures


def _drifted(spec: ModelSpec, references: tuple[DriftReference, ...], rows: Rows) -> bool:
    return verdict_of(spec, metrics_of(spec, references, rows)) == "drifted"


def _all_faults(metrics: tuple[DriftMetric, ...], columns: Mapping[str, object] | tuple[str, ...]) -> bool:
    return all(each.fault is not None for each in metrics if each.column_name in columns)


def _frame(values: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(values, columns=NAMES)


def _with_days(random: np.random.Generator, days: IntArray, share: float = DAY_SHARE) -> FloatArray:
    """Standard normal columns; days take a share of the variance, each 0.6 of the day before and the rest new."""
    known, place = np.unique(days, return_inverse=True)
    effects = random.standard_normal((len(known), COLUMNS))
    for day in range(1, len(known)):
        effects[day] = DAY_CORRELATION * effects[day - 1] + np.sqrt(1 - DAY_CORRELATION**2) * effects[day]
    rows = random.standard_normal((len(days), COLUMNS))
    return np.asarray(np.sqrt(1 - share) * rows + np.sqrt(share) * effects[place])

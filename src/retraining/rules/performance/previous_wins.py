"""Does the previous champion do better than the live one on the rows that both predicted?"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from retraining.kinds.metric import Metric
from retraining.records.decision import DailyLoss
from retraining.rules.gate.checks import gain_in_words, metric_in_words
from retraining.rules.gate.correlation import correlation_of_days, runs_of_pairs
from retraining.rules.gate.holdout import FEWEST_DAYS
from retraining.rules.gate.jackknife import Gain, PairedSums, gain_of, gain_with_interval

_Key = TypeVar("_Key", date, int)


@dataclass(frozen=True)
class PreviousVerdict:
    """wins: whether the previous version is shown to be better, None without enough evidence. sentence says what was
    found, with numbers."""

    wins: bool | None
    sentence: str


@dataclass(frozen=True)
class Rivals:
    """A champion, the previous one, and the batch at which the champion was decided on: later ones judge both."""

    champion: str
    previous: str
    after_batch: int


def previous_wins(losses: Sequence[DailyLoss], rivals: Rivals, metric: Metric, blocks: int) -> PreviousVerdict:
    """The previous version wins when it is better in each of the newest batches that both predicted, as many as blocks,
    and the gain of all their days has a one-sided 95 % lower bound above 0.

    Only rows count that arrived since the champion went live and that both predicted without having seen them. A row
    belongs to the batch that it was predicted in, so no row is in two of them. losses are those of all versions: they
    also say how one day resembles the next.
    """
    pairs = _pairs(losses, rivals)
    newest = sorted({each.batch for each in pairs})[-blocks:]
    judged = [each for each in pairs if each.batch in newest]
    by_day = _sums(judged, [each.day for each in judged])
    if len(newest) < blocks or len(by_day.rows) < FEWEST_DAYS:
        return PreviousVerdict(None, _not_yet(rivals, len(newest), blocks, len(by_day.rows)))
    by_batch = _sums(judged, [each.batch for each in judged])
    won = int(np.sum(gain_of(metric, by_batch.candidate, by_batch.baseline) > 0))
    correlation = correlation_of_days(runs_of_pairs(losses))
    gain = gain_with_interval(metric, by_day, correlation)
    wins = won == blocks and gain.lower is not None and gain.lower > 0
    found = _found(metric, by_day, gain, f"{won} of the newest {blocks}")
    return PreviousVerdict(wins, f"{_opening(rivals, wins)}: {found}; {correlation.sentence}.")


@dataclass(frozen=True)
class _Pair:
    """What both lost on the same rows of one day and batch."""

    batch: int
    day: date
    rows: int
    previous: float
    champion: float


def _pairs(losses: Sequence[DailyLoss], rivals: Rivals) -> list[_Pair]:
    counted = [each for each in losses if each.scored_batch > rivals.after_batch and each.rows]
    live = {_rows_of(each): each.loss for each in counted if each.version == rivals.champion}
    return [
        _Pair(each.scored_batch, each.day, each.rows, each.loss, live[_rows_of(each)])
        for each in counted
        if each.version == rivals.previous and each.day is not None and _rows_of(each) in live
    ]


def _rows_of(each: DailyLoss) -> Hashable:
    """Equally many rows of one batch and day are the same rows, because each version predicts all that arrive."""
    return each.scored_batch, each.batch_seq, each.day, each.rows


def _sums(pairs: Sequence[_Pair], keys: Sequence[_Key]) -> PairedSums:
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    totals = np.zeros((len(places), 3))
    for pair, key in zip(pairs, keys, strict=True):
        totals[places[key]] += (pair.rows, pair.previous, pair.champion)
    return PairedSums(totals[:, 0], totals[:, [0, 1]], totals[:, [0, 2]])


def _not_yet(rivals: Rivals, batches: int, blocks: int, days: int) -> str:
    return (
        f"Not enough evidence to compare champion version {rivals.champion} with version {rivals.previous}, the "
        f"previous one: since it went live both predicted the same rows of {batches} of {blocks} batches "
        f"(policy.previous_wins_blocks) and {days} of {FEWEST_DAYS} days."
    )


def _opening(rivals: Rivals, wins: bool) -> str:
    beats = "beats" if wins else "is not shown to beat"
    return f"Version {rivals.previous}, the previous champion, {beats} champion version {rivals.champion}"


def _found(metric: Metric, by_day: PairedSums, gain: Gain, won: str) -> str:
    bound = "" if gain.lower is None else f", 95 % lower bound {gain_in_words(metric, gain.lower)}"
    return (
        f"{metric_in_words(metric.name)} {gain.candidate_error:.4g} against {gain.baseline_error:.4g} on "
        f"{int(by_day.rows.sum()):,} rows of {len(by_day.rows)} days, better in {won} batches, "
        f"gain {gain_in_words(metric, gain.value)}{bound}"
    )

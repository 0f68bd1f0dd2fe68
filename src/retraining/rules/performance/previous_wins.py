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
BLOCK_DAYS = 3
"""Days of data that a block has at least. With fewer, the days of one storm would be several blocks."""


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
    """The previous version wins when it is better in each of the newest blocks of data that both predicted, and the
    gain of all their days has a one-sided 95 % lower bound above 0.

    A block is whole batches, as many as have BLOCK_DAYS days: a month that comes at once, or the days of a week that
    come one by one. Only rows count that arrived since the champion went live and that both predicted without having
    seen them. A row belongs to the batch that it was predicted in, so no row is in two blocks. losses are those of all
    versions: they also say how one day resembles the next.
    """
    newest = _blocks(_pairs(losses, rivals))[:blocks]
    judged = [(pair, place) for place, block in enumerate(newest) for pair in block]
    pairs = [pair for pair, _ in judged]
    by_day = _sums(pairs, [pair.day for pair in pairs])
    if len(newest) < blocks or len(by_day.rows) < FEWEST_DAYS:
        return PreviousVerdict(None, _not_yet(rivals, len(newest), blocks, len(by_day.rows)))

    by_block = _sums(pairs, [place for _, place in judged])
    won = int(np.sum(gain_of(metric, by_block.candidate, by_block.baseline) > 0))
    correlation = correlation_of_days(runs_of_pairs(losses), len(by_day.rows))
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


def _blocks(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """The complete blocks, newest first; older batches that do not fill another one are left out."""
    of_batch: dict[int, list[_Pair]] = {}
    for pair in pairs:
        of_batch.setdefault(pair.batch, []).append(pair)

    blocks: list[list[_Pair]] = []
    block: list[_Pair] = []
    for batch in sorted(of_batch, reverse=True):
        block = [*block, *of_batch[batch]]
        if len({pair.day for pair in block}) >= BLOCK_DAYS:
            blocks.append(block)
            block = []
    return blocks


def _rows_of(each: DailyLoss) -> Hashable:
    """Equally many rows of one batch and day are the same rows, because each version predicts all that arrive."""
    return each.scored_batch, each.batch_seq, each.day, each.rows


def _sums(pairs: Sequence[_Pair], keys: Sequence[_Key]) -> PairedSums:
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    totals = np.zeros((len(places), 3))
    for pair, key in zip(pairs, keys, strict=True):
        totals[places[key]] += (pair.rows, pair.previous, pair.champion)
    return PairedSums(totals[:, 0], totals[:, [0, 1]], totals[:, [0, 2]])


def _not_yet(rivals: Rivals, found: int, blocks: int, days: int) -> str:
    return (
        f"Not enough evidence to compare champion version {rivals.champion} with version {rivals.previous}, the "
        f"previous one: since it went live both predicted the same rows of {found} of {blocks} blocks of at least "
        f"{BLOCK_DAYS} days (policy.previous_wins_blocks) and {days} of {FEWEST_DAYS} days."
    )


def _opening(rivals: Rivals, wins: bool) -> str:
    beats = "beats" if wins else "is not shown to beat"
    return f"Version {rivals.previous}, the previous champion, {beats} champion version {rivals.champion}"


def _found(metric: Metric, by_day: PairedSums, gain: Gain, won: str) -> str:
    bound = "" if gain.lower is None else f", 95 % lower bound {gain_in_words(metric, gain.lower)}"
    return (
        f"{metric_in_words(metric.name)} {gain.candidate_error:.4g} against {gain.baseline_error:.4g} on "
        f"{int(by_day.rows.sum()):,} rows of {len(by_day.rows)} days, better in {won} blocks, "
        f"gain {gain_in_words(metric, gain.value)}{bound}"
    )

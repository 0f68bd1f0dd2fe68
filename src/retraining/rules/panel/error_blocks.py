"""One-step errors of a series in blocks, in units of the error that was expected."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retraining.records.panel import ErrorBlock
from retraining.rules.panel.regular import FloatArray

MOST_LOSS = 4.0
"""A single point counts for at most this many expected errors: one spike is not a change."""
FEWEST_OF_BLOCK = 6
MOST_OF_BLOCK = 28
KEPT_BLOCKS = 6


def block_length(season_length: int) -> int:
    """A season, so that each block holds every part of it once; within bounds."""
    return int(np.clip(season_length, FEWEST_OF_BLOCK, MOST_OF_BLOCK))


def cut_off(errors: FloatArray, expected: float) -> FloatArray:
    """Sizes of errors in units of the expected one, cut off. Of a model that was never wrong, any error is large."""
    sizes = np.abs(errors)
    if expected <= 0:
        return np.where(sizes > 0, MOST_LOSS, 0.0)
    return np.asarray(np.minimum(sizes / expected, MOST_LOSS))


@dataclass(frozen=True)
class Usual:
    """What to expect of one-step errors. size: their mean size; loss, spread: mean and standard deviation of sizes in
    units of it, with large ones cut off; points: how many there were, 0 where nothing is known."""

    size: float = 0.0
    loss: float = 1.0
    spread: float = 1.0
    points: int = 0


def usual(errors: FloatArray) -> Usual:
    """From errors that were made; NaN is left out."""
    sizes = np.abs(errors[np.isfinite(errors)])
    if not sizes.size:
        return Usual()
    size = float(sizes.mean())
    losses = cut_off(sizes, size)
    return Usual(size, float(losses.mean()), float(losses.std()), len(sizes))


def with_new_errors(
    blocks: Sequence[ErrorBlock], errors: FloatArray, naive_errors: FloatArray, expected: float, length: int
) -> tuple[ErrorBlock, ...]:
    """Blocks after new points: the newest one is filled first, then new ones begin; the oldest are left behind. Points
    without an error are left out."""
    losses = cut_off(errors, expected)
    naive_losses = cut_off(naive_errors, expected)
    found = list(blocks)
    for loss, naive_loss in zip(losses, naive_losses, strict=True):
        if not np.isfinite(loss) or not np.isfinite(naive_loss):
            continue
        if not found or found[-1].points >= length:
            found.append(ErrorBlock(0, 0.0, 0.0))
        last = found[-1]
        found[-1] = ErrorBlock(last.points + 1, last.loss + float(loss), last.naive_loss + float(naive_loss))
    return tuple(found[-KEPT_BLOCKS:])

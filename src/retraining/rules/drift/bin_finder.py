"""The bin of each value, from a table of equal cells: the answer of a search of the edges, several times as fast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CELLS = 4096
_MOST_IN_CELL = 8
"""Edges as crowded as those of a very heavy tail are searched."""


@dataclass(frozen=True)
class BinFinder:
    """edges: increasing. first: shape (_CELLS,), the bin at the lower end of each cell; None where edges are searched.
    most: edges that a cell holds at most."""

    edges: FloatArray
    scale: float = 0.0
    first: IntArray | None = None
    most: int = 0

    @property
    def bins(self) -> int:
        """How many bins there are; a bin is open below and closed above."""
        return len(self.edges) + 1

    def find(self, values: FloatArray) -> IntArray:
        """The bin of each value, none of which is NaN: numpy.searchsorted(edges, values, "left"). Fastest for as many
        values as fit into a processor's cache."""
        if self.first is None:
            return np.asarray(np.searchsorted(self.edges, values, side="left"), dtype=np.int64)
        found = self.first[_cells(values, self.edges[0], self.scale)]
        beyond = np.append(self.edges, np.inf)
        for _ in range(self.most):
            found += values > beyond[found]
        return found


def bin_finder(edges: FloatArray) -> BinFinder:
    """The cell of a value never falls as the value grows, so edges in lower cells are below it and those in higher
    ones above; only the edges in the same cell are left to compare."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        scale = float(_CELLS / (edges[-1] - edges[0])) if edges.size else 0.0
    if not 0.0 < scale < np.inf:
        return BinFinder(edges)
    of_edges = _cells(edges, edges[0], scale)
    most = int(np.bincount(of_edges).max())
    if most > _MOST_IN_CELL:
        return BinFinder(edges)
    return BinFinder(edges, scale, np.searchsorted(of_edges, np.arange(_CELLS), side="left"), most)


def _cells(values: FloatArray, lowest: float, scale: float) -> IntArray:
    with np.errstate(over="ignore"):
        place = (values - lowest) * scale
    return np.clip(place, 0, _CELLS - 1, out=place).astype(np.int64)

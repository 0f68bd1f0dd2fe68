"""What Evidently and NannyML say, with their defaults, of batches that our own verdict was asked about too."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from shared.peer_environment import PACKAGES, ask_peer, build_peer

FloatArray = NDArray[np.float64]
EVIDENTLY_SHARE, OUR_SHARE = 0.5, 0.2


@dataclass(frozen=True)
class Cell:
    """Batches of one size of one process. batches and shifted: shape (batches, rows, columns), the same ones before and
    after the shift. ours: how many of each were called drifted."""

    title: str
    reference: FloatArray
    batches: FloatArray
    shifted: FloatArray
    ours: tuple[int, int]


def compare_with_peers(cells: Iterable[Cell]) -> None:
    """A table of the shares of stationary and of shifted batches that each would raise an alarm for."""
    with tempfile.TemporaryDirectory() as name:
        folder, known = Path(name), []
        (folder / "rows").mkdir()
        for place, cell in enumerate(cells):
            for kind, batches in (("0", cell.batches), ("1", cell.shifted)):
                np.savez(folder / "rows" / f"{place}-{kind}.npz", reference=cell.reference, batches=batches)
            known.append((cell.title, len(cell.batches), cell.ours, cell.batches.shape[2]))
        asked = {peer: ask_peer(build_peer(folder, peer), "verdicts", peer, str(folder / "rows")) for peer in PACKAGES}
    counts = {peer: json.loads(line) for peer, line in asked.items()}
    columns = ("ours", "Evidently, half of the columns", "a fifth", "NannyML, any column", "a fifth")
    table = Table("false / caught", *columns)
    for place, (title, batches, ours, width) in enumerate(known):
        evidently, nannyml = ([counts[peer][f"{place}-{kind}"] for kind in "01"] for peer in PACKAGES)
        held = (
            (evidently, EVIDENTLY_SHARE * width),
            (evidently, OUR_SHARE * width),
            (nannyml, 1),
            (nannyml, OUR_SHARE * width),
        )
        found = [ours, *([sum(each >= least for each in side) for side in sides] for sides, least in held)]
        table.add_row(title, *(f"{false / batches:.0%} / {caught / batches:.0%}" for false, caught in found))
    Console(width=140).print(table)

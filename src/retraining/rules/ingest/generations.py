"""Under which columns a row is hashed, so that one that was stored is recognised after its source's columns changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.batch import Batch

Columns = tuple[str, ...]


@dataclass(frozen=True)
class Generations:
    """The lists of columns that rows of a source were stored by.

    A list whose columns are all there with their types is hashed again from the source. Of another one the stored hash
    is of no use: the stored values are hashed again, under what is left of its columns in their present types.
    """

    hashed: tuple[Columns, ...]
    """What a row of the source is hashed by, the plan's own columns last."""
    changed: tuple[tuple[Columns, tuple[int, ...]], ...] = ()
    """Lists whose stored rows are hashed again, and the batches that hold them."""


def generations_of(plan: Batch, closed: Sequence[Batch]) -> Generations:
    """The generations of the closed batches, as they are to be compared with a plan's rows."""
    present = dict(zip(plan.columns, plan.types, strict=False))
    hashed: dict[Columns, None] = {}
    changed: dict[Columns, list[int]] = {}

    for batch in closed:
        left = tuple(name for name in batch.columns if name in plan.columns)
        hashed[left] = None
        retyped = any(present.get(name, then) != then for name, then in zip(batch.columns, batch.types, strict=False))
        if left != batch.columns or retyped:
            changed.setdefault(left, []).append(batch.batch_seq)

    hashed.pop(plan.columns, None)
    numbers = tuple((columns, tuple(batches)) for columns, batches in changed.items())
    return Generations((*hashed, plan.columns), numbers)

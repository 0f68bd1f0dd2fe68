"""Incremental update: the champion learns the new rows only (the white paper's `partial_fit`)."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.base import clone

from retraining.errors import SpecError
from retraining.strategies.learner import (
    COUNTING,
    learner_name,
    learner_of,
    not_finite,
    why_not_incremental,
    why_not_these_classes,
)
from retraining.strategies.partial_fit import PASSES_OF_A_START, learn_rows, move_transformers, start_by_blocks
from retraining.strategies.rows import OldRows, Rows, joined
from retraining.strategies.sample_weights import fit_arguments
from retraining.strategies.strategy import CanUpdate, Strategy

_ORDER = 20_130_101
"""Seed of the order in which rows of several passes, or old and new ones, are shown."""


class IncrementalUpdate(Strategy):
    """The first model is fitted, and each one after it is the champion with the new rows learned as well.

    Nothing but the model is carried from one update to the next, so one that was stored and loaded in between goes on
    exactly as if it had not been.
    """

    name: ClassVar[str] = "incremental_update"

    def __init__(
        self,
        estimator: Any,
        passes: int = 1,
        rehearse: float = 0.0,
        transformers: Literal["frozen", "update"] = "frozen",
        classes: Sequence[str] | None = None,
    ) -> None:
        """passes: how often each row is shown. rehearse: old rows that are shown again, for each new one. transformers:
        whether scalers go on learning, from each new row once. classes: all that may come; where the first rows lack
        some, the first model knows them all the same."""
        super().__init__(estimator)
        self.passes = passes
        self.rehearse = rehearse
        self.transformers = transformers
        self.classes = classes

    @property
    def updates(self) -> bool:
        """A champion learns new rows."""
        return True

    @property
    def needs_history(self) -> Literal["all", "sample", "none"]:
        """A sample of old rows where they are shown again."""
        return "sample" if self.rehearse else "none"

    def old_rows(self, new_rows: int) -> int:
        """`rehearse` for each new row, at least one."""
        return max(1, round(self.rehearse * new_rows)) if self.rehearse else 0

    def check(self) -> None:
        """The learner needs a `partial_fit`, and no repetition where it counts rows."""
        why = why_not_incremental(self.estimator)
        if why:
            raise SpecError(f"strategy {self.name}: {why}")

        twice = {"passes": self.passes > 1, "rehearse": self.rehearse > 0}
        if isinstance(learner_of(self.estimator), COUNTING) and any(twice.values()):
            key = next(name for name, used in twice.items() if used)
            raise SpecError(
                f"strategy {self.name}: {learner_name(self.estimator)} counts rows, so a row that is shown twice "
                f"counts twice, and none is forgotten. Remove strategy.{key}."
            )

    def can_update(self, model: Any, label: Any = None) -> CanUpdate:
        """`partial_fit` learns only classes that the first fit has seen."""
        why = why_not_incremental(model)
        reason = f"strategy {self.name}: {why}" if why else why_not_these_classes(model, label)
        return CanUpdate(reason is None, reason or "")

    def _fit(self, rows: Rows) -> Any:
        """A new start. Where classes are still to come, the learner begins by `partial_fit`, which takes their list."""
        if self.classes is not None:
            listed = {str(each) for each in self.classes}
            found = {str(each) for each in rows.label}
            unlisted = found - listed
            if unlisted:
                raise SpecError(
                    f"strategy {self.name}: {len(unlisted)} of the {len(found)} classes of the rows are not in "
                    f"strategy.classes. List every class that may come, or remove the key."
                )
            if found < listed:
                counting = isinstance(learner_of(self.estimator), COUNTING)
                passes = 1 if counting else max(self.passes, PASSES_OF_A_START)
                return self._usable(start_by_blocks(self.estimator, rows, self.classes, passes))

        return clone(self.estimator).fit(rows.features, rows.label, **fit_arguments(self, rows.weight))

    def _update(self, rows: Rows, old: OldRows | None) -> Any:
        try:
            if self.transformers == "update":
                move_transformers(self.model_, rows.features)
            for shown in self._shown(rows, old):
                learn_rows(self.model_, shown)
        except ValueError as err:
            if "overflow" in str(err) or "non-finite" in str(err):
                raise SpecError(self._exploded()) from err
            raise
        return self._usable(self.model_)

    def _shown(self, rows: Rows, old: OldRows | None) -> Iterator[Rows]:
        """What is shown, pass by pass. The order depends on nothing but the number of rows."""
        all_rows = joined(rows, old)
        if self.passes == 1 and not old:
            yield all_rows
            return

        for turn in range(self.passes):
            yield all_rows.take(np.random.default_rng([_ORDER, turn]).permutation(len(all_rows)))

    def _usable(self, model: Any) -> Any:
        if not_finite(model):
            raise SpecError(self._exploded())
        return model

    def _exploded(self) -> str:
        return (
            f"strategy {self.name}: the weights of {learner_name(self.estimator)} grew beyond all bounds, "
            f"and the champion is as it was. Scale the columns in the recipe (StandardScaler), or make its step "
            f"smaller (params: eta0, or learning_rate_init)."
        )

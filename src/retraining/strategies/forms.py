"""Which forms of a model a search tries: drawn by scikit-learn's ParameterSampler with a seed, so always the same."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats
from sklearn.model_selection import ParameterGrid, ParameterSampler

from retraining.spec.model_spec import ModelSpec
from retraining.spec.params import plain
from retraining.spec.recipe_function import Form
from retraining.spec.search_section import Range, Values, is_in_space, space_of

_DIGITS = 6
"""Of a drawn number: more say nothing."""


class _OfRange:
    """Draws numbers of a range, as ParameterSampler wants them."""

    def __init__(self, values: Range) -> None:
        self.values = values

    def rvs(self, random_state: Any) -> float:
        """One number."""
        low = self.values.low
        high = self.values.high
        if self.values.is_whole:
            # Half a step on either side, so that the ends come as often as the numbers between them.
            drawn = self._between(low - 0.5, high + 0.5, random_state)
            return int(np.clip(round(drawn), low, high))
        return float(np.clip(float(f"{self._between(low, high, random_state):.{_DIGITS}g}"), low, high))

    def _between(self, low: float, high: float, random_state: Any) -> float:
        if self.values.log:
            return float(stats.loguniform(low, high).rvs(random_state=random_state))
        return float(stats.uniform(low, high - low).rvs(random_state=random_state))


def forms_to_try(spec: ModelSpec, live: Form | None = None) -> list[Form]:
    """The form of the champion, where the spec could make it, then `search.trials` others, as many of each recipe: the
    recipes take turns, so that a search that ends early has tried them all. Each form comes once."""
    drawn = [_drawn(spec, recipe, count) for recipe, count in zip(spec.recipes, _shares(spec), strict=True)]
    turns = [of_recipe[turn] for turn in range(max(map(len, drawn))) for of_recipe in drawn if turn < len(of_recipe)]
    first = [live] if live is not None and is_in_space(spec, live) else []

    once: dict[str, Form] = {}
    for form in (*first, *turns):
        once.setdefault(form.key, form)
    return list(once.values())


def _shares(spec: ModelSpec) -> Sequence[int]:
    recipes = len(spec.recipes)
    trials = max(spec.searched_by.trials, recipes)
    return [trials // recipes + (place < trials % recipes) for place in range(recipes)]


def _drawn(spec: ModelSpec, recipe: str, count: int) -> list[Form]:
    """Of a space without ranges at most all that it holds."""
    space = {name: _to_draw(values) for name, values in space_of(spec, recipe).items()}
    is_grid = all(isinstance(values, list) for values in space.values())
    most = min(count, len(ParameterGrid(space))) if is_grid else count
    sampler = ParameterSampler(space, most, random_state=spec.searched_by.seed)
    return [Form(recipe, {**plain(spec.params), **each}) for each in sampler]


def _to_draw(values: Values) -> Any:
    return _OfRange(values) if isinstance(values, Range) else [plain(each) for each in values]

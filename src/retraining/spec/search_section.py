"""Which forms of a model are tried before one of them goes to the gate, and what a spec with a search may not say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from retraining.spec.document.faults import did_you_mean
from retraining.spec.params import Params, plain
from retraining.spec.recipe_function import Form, is_recipe
from retraining.spec.section import Section

if TYPE_CHECKING:
    from retraining.spec.model_spec import ModelSpec

RANGE_KEYS = ("low", "high", "log")


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included."""

    low: float
    high: float
    log: bool = False
    """Drawn by their order of magnitude: as often from 0.01 to 0.1 as from 1 to 10."""

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are drawn: both bounds are written without a point."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def holds(self, value: Any) -> bool:
        """Whether a value lies inside."""
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


Values = tuple[Any, ...] | Range
"""What an argument may be: one of some values, or a number of a range."""


def values_of(name: str, written: Any) -> Values:
    """An argument of `search.space` as it is written: a list of values, or a section with low and high. Raises
    ValueError, with the cure, for anything else."""
    if isinstance(written, tuple | list):
        if not written:
            raise ValueError(f"`{name}` has no value. List at least one")
        return tuple(written)
    if not isinstance(written, Mapping) or not {"low", "high"} <= set(written) <= set(RANGE_KEYS):
        raise ValueError(
            f"`{name}` is not something to choose from. Write a list of values, such as [0.1, 1.0], or a range, such "
            f"as {{ low: 0.01, high: 100.0, log: true }}"
        )

    low = written["low"]
    high = written["high"]
    log = written.get("log", False)
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in (low, high)) or low >= high:
        raise ValueError(f"`{name}` goes from {low} to {high}. Write two numbers, low below high")
    if not isinstance(log, bool):
        raise ValueError(f"`{name}` has log: {log}. Write true or false")
    if log and low <= 0:
        raise ValueError(f"`{name}` begins at {low}, and only numbers above 0 have an order of magnitude. Remove log")
    return Range(low, high, log)


def _checked(space: Mapping[str, Any]) -> Mapping[str, Any]:
    """All that is wrong, a line for each."""
    wrong = []
    for name, written in space.items():
        arguments = {name: written}
        if is_recipe(name):
            if not isinstance(written, Mapping):
                wrong.append(f"`{name}` is a recipe. Write its arguments below it, each with what it may be")
                continue
            arguments = dict(written)
        for argument, values in arguments.items():
            try:
                values_of(argument, values)
            except ValueError as err:
                wrong.append(str(err))
    if wrong:
        raise ValueError("\n".join(wrong))
    return space


class TrialsSection(Section):
    """A search over recipes and their arguments, on blocks of rows before the hold-out. One form goes to the gate."""

    space: Annotated[Params, AfterValidator(_checked)] = Field(default_factory=dict, validate_default=True)
    """What arguments of the recipe may be, by name: a list of values, or a range with `low`, `high` and `log`; bounds
    without a point mean whole numbers. Of several recipes: such a section for each, by the recipe's name."""
    trials: int = Field(default=20, ge=1, le=200)
    """How many forms are tried, shared equally by the recipes. Fewer where the space does not hold as many."""
    seconds: float = Field(default=600.0, gt=0)
    """No trial starts later than this after the first one. A trial that runs is finished."""
    blocks: int = Field(default=3, ge=1, le=20)
    """How many blocks of rows judge each trial: as long as the hold-out, one before the other, each by a fit on the
    rows before it. With a reserved hold-out the keys are divided, into at least two parts."""
    seed: int = Field(default=0, ge=0)
    """Which forms are drawn: the same number draws the same ones in every run."""


def space_of(spec: "ModelSpec", recipe: str) -> dict[str, Values]:
    """What the arguments of one of the spec's recipes may be, beside `params`."""
    space = spec.searched_by.space
    written = space.get(recipe, {}) if len(spec.recipes) > 1 or recipe in space else space
    return {name: values_of(name, values) for name, values in written.items()}


def is_in_space(spec: "ModelSpec", form: Form) -> bool:
    """Whether the spec could make this form: its recipe is named, and each argument may have its value."""
    if form.recipe not in spec.recipes:
        return False
    space = space_of(spec, form.recipe)
    fixed = plain(spec.params)
    params = plain(form.params)
    if set(params) != {*space, *fixed}:
        return False
    return all(params[name] == value for name, value in fixed.items()) and all(
        _may_be(values, params[name]) for name, values in space.items()
    )


def _may_be(values: Values, value: Any) -> bool:
    return values.holds(value) if isinstance(values, Range) else value in [plain(each) for each in values]


def wrong_search(spec: "ModelSpec") -> Iterator[str]:
    """What keeps the spec from being searched, a sentence each."""
    twice = sorted({name for name in spec.recipes if spec.recipes.count(name) > 1})
    if twice:
        yield f"recipe: {', '.join(twice)} stands twice in the list. Remove one"
    search = spec.search
    if search is None:
        return
    if spec.is_forecast:
        yield "search: a forecast has none. Remove it; forecast.models lists what a series may get"
        return
    if len(spec.recipes) == 1 and not search.space:
        yield "search: one recipe and no space leave nothing to choose. Write search.space, or list recipes"
    if search.trials < len(spec.recipes):
        yield f"search.trials: {search.trials} for {len(spec.recipes)} recipes. Write at least one for each"
    yield from _wrong_names(spec, search.space)


def _wrong_names(spec: "ModelSpec", space: Mapping[str, Any]) -> Iterator[str]:
    named = [name for name in space if is_recipe(name)]
    others = [name for name in named if name not in spec.recipes]
    loose = [name for name in space if not is_recipe(name)]
    for name in others:
        yield f"search.space: `{name}` is not among the recipes of `recipe`.{did_you_mean(name, spec.recipes)}"
    is_loose = bool(loose) and (bool(named) or len(spec.recipes) > 1)
    if is_loose:
        yield (
            f"search.space: {', '.join(f'`{name}`' for name in loose)} belongs to no recipe. With several recipes, "
            f"write arguments below the name of theirs"
        )
    if others or is_loose:
        return

    for recipe in spec.recipes:
        both = sorted(set(space_of(spec, recipe)) & set(spec.params))
        if both:
            yield (
                f"search.space: {', '.join(f'`{name}`' for name in both)} is in params too. Remove it there, or "
                f"from the space"
            )
            return

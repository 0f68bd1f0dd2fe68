"""What a search may choose from, and what a spec with one may not say."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from retraining.spec.document.faults import did_you_mean
from retraining.spec.form import Form
from retraining.spec.params import plain
from retraining.spec.recipe_function import is_recipe
from retraining.spec.search_section import Range, Values, values_of

if TYPE_CHECKING:
    from retraining.spec.model_spec import ModelSpec


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

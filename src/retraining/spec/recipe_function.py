"""Functions of src/recipes: how a spec names them, how they are found, and the form that one of them gives a model."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints, Tag

from retraining.errors import SpecError
from retraining.spec.params import plain

RECIPE_PATTERN = r"^recipes(\.[a-z_][a-z0-9_]*){2,}$"
RecipeName = Annotated[str, StringConstraints(pattern=RECIPE_PATTERN)]
"""Dotted path of a function: `recipes.<file>.<function>`."""


def _how_many(value: object) -> str:
    return "several" if isinstance(value, list | tuple) else "one"


Recipes = Annotated[
    Annotated[RecipeName, Tag("one")] | Annotated[tuple[RecipeName, ...], Field(min_length=2), Tag("several")],
    Discriminator(_how_many),
]
"""One function, or a list of functions to choose from."""


def find_function(model: str, key: str, name: RecipeName) -> Callable[..., Any]:
    """The function that a key of a model's spec names. Raises SpecError when it does not exist."""
    module, _, function = name.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(import_module(module), function)
    except (ModuleNotFoundError, AttributeError) as err:
        raise SpecError(
            f"{model}: {key} `{name}` not found ({err}). Put a function `{function}` into {file_of(name)}, or correct "
            f"`{key}`."
        ) from err
    return found


def is_recipe(name: str) -> bool:
    """Whether a name is the dotted path of such a function."""
    return bool(re.fullmatch(RECIPE_PATTERN, name))


def file_of(name: RecipeName) -> str:
    """The file that holds the function, for people."""
    return f"src/{name.rpartition('.')[0].replace('.', '/')}.py"


@dataclass(frozen=True)
class Form:
    """A recipe and its arguments."""

    recipe: str
    """Dotted path of the function."""
    params: Mapping[str, Any]
    """Its arguments, as the recipe is called with them."""

    @property
    def as_json(self) -> str:
        """The arguments as a row stores them; equal arguments have equal texts."""
        return json.dumps(plain(self.params), sort_keys=True)

    @property
    def key(self) -> str:
        """The same for equal forms."""
        return f"{self.recipe} {self.as_json}"

    @property
    def in_words(self) -> str:
        """For people: `recipes.ridge.pipeline (alpha 0.1)`."""
        return f"{self.recipe} ({self.arguments})" if self.params else self.recipe

    @property
    def arguments(self) -> str:
        """For people: `alpha 0.1, solver cholesky`."""
        return ", ".join(f"{name} {_short(value)}" for name, value in sorted(plain(self.params).items()))


def stored_form(recipe: str | None, params: str | None) -> Form | None:
    """The form that a row names; None where it names none."""
    return Form(recipe, json.loads(params or "{}")) if recipe else None


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

"""Functions of src/recipes: how a spec names them, and how they are found."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints, Tag

from retraining.errors import SpecError

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

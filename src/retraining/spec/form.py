"""The form of a model: by which recipe it is built, with which arguments."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retraining.spec.params import plain


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

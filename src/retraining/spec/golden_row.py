"""A row whose answer is known, whatever the data of the month say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, model_validator

from retraining.spec.section import ColumnName, Section

Features = Annotated[Mapping[ColumnName, float | str | None], AfterValidator(MappingProxyType), PlainSerializer(dict)]


class GoldenRow(Section):
    """Features and what a sane model says of them: within bounds, or exactly one class."""

    features: Features
    """A value for each feature; one that is left out is missing for the model as well."""
    at_least: float | None = None
    at_most: float | None = None
    is_class: str | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> "GoldenRow":
        bounds = [each for each in (self.at_least, self.at_most) if each is not None]
        if bool(bounds) == (self.is_class is not None):
            raise ValueError("say at_least and at_most of a number, or is_class of a class")
        if bounds != sorted(bounds):
            raise ValueError(f"at_least {self.at_least:g} is above at_most {self.at_most:g}")
        return self

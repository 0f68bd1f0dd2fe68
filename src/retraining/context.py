"""What every stage and step is given: the model's spec, its tables, its registry, and the run."""

from collections.abc import Callable
from dataclasses import dataclass

from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables.tables import Tables
from retraining.errors import ParameterError
from retraining.records.run import Run, Stamp
from retraining.spec.model_spec import ModelSpec


def _without_secrets(scope: str, key: str) -> str:
    raise ParameterError(f"the secret `{key}` of scope `{scope}` cannot be read outside a notebook.")


@dataclass(frozen=True)
class Context:
    """One model in one task of one run. Only open_stage builds it."""

    spec: ModelSpec
    tables: Tables
    registry: Registry
    run: Run
    read_secret: Callable[[str, str], str] = _without_secrets
    """The text of a secret, by scope and key. Raises ParameterError where it cannot be read."""

    @property
    def model(self) -> str:
        """The model's name, as its spec, its rows and the registry have it."""
        return self.spec.model

    @property
    def stamp(self) -> Stamp:
        """The stamp of the rows that this task writes."""
        return self.run.stamp

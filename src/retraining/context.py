"""What every stage and step is given: the model's spec, its tables, its registry, and the run."""

from dataclasses import dataclass

from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables.tables import Tables
from retraining.records.run import Run, Stamp
from retraining.spec.model_spec import ModelSpec


@dataclass(frozen=True)
class Context:
    """One model in one task of one run. Only open_stage builds it."""

    spec: ModelSpec
    tables: Tables
    registry: Registry
    run: Run

    @property
    def model(self) -> str:
        """The model's name, as its spec, its rows and the registry have it."""
        return self.spec.model

    @property
    def stamp(self) -> Stamp:
        """The stamp of the rows that this task writes."""
        return self.run.stamp

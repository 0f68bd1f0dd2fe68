"""What the stages about consumers are given: all models and batch tables, and the run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from retraining.adapters.tables.tables import Tables
from retraining.records.run import Run
from retraining.spec.batch_spec import BatchSpec
from retraining.spec.model_spec import ModelSpec


@dataclass(frozen=True)
class ConsumersContext:
    """Every model of the bundle, in one task of one run. Only open_consumers builds it."""

    tables: Tables
    specs: Mapping[str, ModelSpec | None]
    """By model; None for a spec that cannot be read."""
    batches: tuple[BatchSpec, ...]
    """The batch tables whose spec can be read."""
    run: Run
    read_secret: Callable[[str, str], str]
    """The text of a secret, by scope and key."""

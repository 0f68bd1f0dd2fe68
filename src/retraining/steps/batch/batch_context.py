"""What the stage of a batch table is given."""

from dataclasses import dataclass

from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.run import Run
from retraining.spec.batch_spec import BatchSpec


@dataclass(frozen=True)
class BatchContext:
    """One batch table in one task of one run, and the model that scores it. Only open_batch builds it."""

    spec: BatchSpec
    model: Context
    """Spec, tables and registry of the model, and the run."""

    @property
    def tables(self) -> Tables:
        """The schema that holds everything."""
        return self.model.tables

    @property
    def run(self) -> Run:
        """Identity and clock of the task."""
        return self.model.run

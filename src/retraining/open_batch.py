"""Builds what the notebook of a batch table needs: its spec, and the model that scores it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from retraining.adapters.notebook import read_widgets
from retraining.adapters.tables.store_error import storing_errors
from retraining.open_stage import RUN_WIDGETS, SPECS, open_context, spec_of_loop
from retraining.spec.read_spec import read_batch
from retraining.steps.batch.batch_context import BatchContext

WIDGETS = {"batch": "", **RUN_WIDGETS, "experiment": ""}
"""Widgets of the notebook, with the defaults of a run by hand. In a job its parameters win."""


@dataclass(frozen=True)
class BatchStage:
    """What the notebook passes on."""

    context: BatchContext

    def storing_errors(self) -> AbstractContextManager[None]:
        """Around the stage: an error that stops the task is stored in `task_errors`, with the name of the model."""
        model = self.context.model
        return storing_errors(model.tables, model.model, "score_batch", model.run)


def open_batch(spark: SparkSession, dbutils: Any, specs: Path = SPECS) -> BatchStage:
    """The stage of the notebook. Raises ParameterError or SpecError, in one sentence with the cure, before anything is
    read or written."""
    parameters = read_widgets(dbutils, WIDGETS)
    spec = read_batch(specs, parameters["batch"])
    return BatchStage(BatchContext(spec, open_context(spark, dbutils, parameters, spec_of_loop(specs, spec.model))))

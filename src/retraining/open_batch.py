"""Builds what the notebook of a batch table needs: its spec, and the model that scores it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from retraining.adapters.notebook import read_widgets
from retraining.adapters.tables.store_error import storing_errors
from retraining.errors import SpecError
from retraining.kinds.find_kind import kind_of
from retraining.open_stage import RUN_WIDGETS, SPECS, open_context
from retraining.spec.batch_spec import BatchSpec
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import read_batch, read_spec
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
    model = read_spec(specs, spec.model)
    _check_answers_rows(spec, model)
    return BatchStage(BatchContext(spec, open_context(spark, dbutils, parameters, model)))


def _check_answers_rows(batch: BatchSpec, model: ModelSpec) -> None:
    """A panel answers for series and steps, not for rows. Raises SpecError for one."""
    if kind_of(model).learns == "series":
        raise SpecError(
            f"{batch.file}: model: {batch.model} is a forecast, which answers for series and not for rows. Its "
            f"forecasts are in {batch.model}_forecasts; name another model."
        )

"""Builds what the notebooks of the job on_champion_change need: all specs, the batch tables, and what is due."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from retraining.adapters.notebook import read_secret, read_widgets
from retraining.adapters.tables.tables import open_tables
from retraining.errors import ParameterError
from retraining.open_stage import RUN_WIDGETS, SPECS, list_models, new_run, read_or_none
from retraining.records.serving import OutdatedConsumer
from retraining.spec.read_spec import available_batches, read_batch, read_spec
from retraining.steps.serving.consumers_context import ConsumersContext

WIDGETS = {"model": "", **RUN_WIDGETS}
"""Widgets of both notebooks. An empty model stands for all of them."""


@dataclass(frozen=True)
class ConsumersStage:
    """What the notebooks pass on."""

    context: ConsumersContext
    parameters: Mapping[str, str]

    @property
    def due(self) -> tuple[OutdatedConsumer, ...]:
        """What the task list_consumers found. Raises ParameterError for anything else."""
        try:
            return tuple(OutdatedConsumer(**each) for each in json.loads(self.parameters["due"] or "[]"))
        except (ValueError, TypeError) as err:
            raise ParameterError(
                "The widget `due` is not what the task list_consumers publishes. Start the job on_champion_change, "
                "which passes it on."
            ) from err

    @property
    def states(self) -> Mapping[str, str]:
        """How the tasks for endpoints and batch tables ended."""
        return {"endpoint": self.parameters["endpoints_state"], "batch": self.parameters["batches_state"]}


def open_consumers(
    spark: SparkSession, dbutils: Any, widgets: Mapping[str, str] | None = None, specs: Path = SPECS
) -> ConsumersStage:
    """What the notebooks pass on. widgets: those beside WIDGETS, with their defaults. Raises ParameterError without any
    spec."""
    logging.getLogger("retraining").setLevel(logging.INFO)
    parameters = read_widgets(dbutils, {**WIDGETS, **(widgets or {})})
    tables = open_tables(spark, parameters["catalog"], parameters["schema"])
    names = [parameters["model"]] if parameters["model"] else list_models(specs)
    models = {name: read_or_none(read_spec, specs, name) for name in names}
    batches = tuple(found for name in available_batches(specs) if (found := read_or_none(read_batch, specs, name)))

    run = new_run(parameters, spark, dbutils)
    return ConsumersStage(ConsumersContext(tables, models, batches, run, partial(read_secret, dbutils)), parameters)

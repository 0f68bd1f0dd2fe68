"""Report pages as artifacts of one MLflow run per schema. MLflow shows each in a closed frame, from which no link leads
to another file."""

from collections.abc import Mapping

import mlflow
from mlflow.utils.databricks_utils import get_databricks_run_url

from retraining.adapters.registry.registry import Registry, talking_to_mlflow

FOLDER = "report"
_INDEX = "index.html"


def log_pages(registry: Registry, pages: Mapping[str, str]) -> str:
    """Stores {path below the folder: HTML}, replacing what is there; returns the id of the run that holds them."""
    with talking_to_mlflow("storing the report pages"):
        experiment = registry.experiment_id()
        found = registry.client.search_runs([experiment], f"tags.report_of = '{registry.schema}'", max_results=1)
        if found:
            run_id = str(found[0].info.run_id)
        else:
            tags = {"report_of": registry.schema, "mlflow.runName": "report pages"}
            run_id = str(registry.client.create_run(experiment, tags=tags).info.run_id)
            registry.client.set_terminated(run_id)
        for path, page in pages.items():
            registry.client.log_text(run_id, page, f"{FOLDER}/{path}")
    return run_id


def address_of_pages(run_id: str, path: str = _INDEX) -> str:
    """Where a page opens, by default the index of all models: its web address in a workspace, elsewhere the run and
    the artifact."""
    uri = mlflow.get_tracking_uri()
    address = get_databricks_run_url(uri, run_id, f"{FOLDER}/{path}")
    return address or f"artifact {FOLDER}/{path} of MLflow run {run_id}"

"""What the notebook's own MLflow session may have left on: autologging, and a run that is still open."""

import mlflow
from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

from retraining.errors import RegistryError


def stop_autologging() -> None:
    """Switches autologging off for this process: a fit of ours is logged once, by us. With it on, as notebooks on
    Databricks have it, every fit would leave a run that no version needs and no later run removes."""
    mlflow.autolog(disable=True, silent=True)
    for settings in AUTOLOGGING_INTEGRATIONS.values():
        settings["disable"] = True  # autolog() leaves alone what was switched on by name, such as mlflow.sklearn


def check_no_open_run() -> None:
    """Raises RegistryError where a run was left open in this notebook: a fit is logged as a run, and MLflow allows no
    second one beside it."""
    left = mlflow.active_run()
    if left is not None:
        raise RegistryError(
            f"MLflow run {left.info.run_id} ({left.info.run_name}) is still open in this notebook, so no other one can "
            f"begin. Nothing was fitted. End it with mlflow.end_run(), and run the cell again."
        )

"""Can a version that this bundle did not fit be used on the spec's columns?"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.adapters.registry.registry import Registry
from retraining.adapters.registry.signature import inputs_of
from retraining.errors import ParameterError, RegistryError
from retraining.kinds.find_kind import kind_of
from retraining.spec.model_spec import ModelSpec


def check_has_one_model(spec: ModelSpec) -> None:
    """Raises ParameterError for a forecast: the models of its series are rows of tables, which files do not bring."""
    if kind_of(spec).learns == "series":
        raise ParameterError(
            f"{spec.model} is a forecast: a version of it names rows of `series_models`, and a version that was made "
            f"elsewhere has none here. Run the job retraining, which fits every series here."
        )


def check_inputs(spec: ModelSpec, registry: Registry, model: str, version: str) -> None:
    """Raises RegistryError for a version that is not there, has no signature, or takes what the spec does not name.
    model and registry say where it is registered."""
    takes = inputs_of(registry, model, version)
    name = registry.full_name(model)
    if takes is None and not registry.has_version(model, version):
        raise RegistryError(f"{name} has no version {version}. Name one that is registered under this name.")
    if takes is None:
        raise RegistryError(
            f"{name} version {version} has no signature that names its columns, so its inputs are not known. Log "
            f"it again with signature=mlflow.models.infer_signature(X, model.predict(X)), X a DataFrame, and "
            f"registered_model_name={name!r}; then name the new version."
        )

    unknown = [each.name for each in takes if each.required and each.name not in spec.columns.features]
    if unknown:
        raise RegistryError(
            f"{name} version {version} takes {', '.join(unknown)}, which the spec does not name. Add them to "
            f"columns.numeric or columns.categorical in specs/{spec.model}.yml, or make them with source.prepare."
        )


def predict_features(spec: ModelSpec, estimator: Any, version: str, features: pd.DataFrame) -> NDArray[Any]:
    """Its predictions. Raises RegistryError when it does not predict on the columns, or says what is not finite."""
    try:
        made = np.asarray(estimator.predict(features))
    except Exception as err:
        raise RegistryError(
            f"{spec.model} version {version} does not predict on the columns of the spec, in their order: "
            f"{', '.join(spec.columns.features)} ({type(err).__name__}). Name the columns it was trained on, in that "
            f"order, in specs/{spec.model}.yml."
        ) from err

    kind = kind_of(spec)
    predictions = kind.as_predictions(made)
    if kind.is_numeric and not np.isfinite(predictions).all():
        raise RegistryError(f"{spec.model} version {version}: a prediction on stored rows is not finite. Not taken.")
    return predictions

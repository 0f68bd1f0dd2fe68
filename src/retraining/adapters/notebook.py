"""dbutils: widgets and secrets in, task values out. Everything a notebook receives is text, and untrusted."""

import json
import re
from collections.abc import Mapping
from typing import Any

from retraining.errors import ParameterError


def read_widgets(dbutils: Any, defaults: Mapping[str, str]) -> dict[str, str]:
    """Declares each widget with its default and reads it: a job's parameter wins over the default."""
    for name, default in defaults.items():
        dbutils.widgets.text(name, default)
    return {name: str(dbutils.widgets.get(name)).strip() for name in defaults}


def publish_values(dbutils: Any, values: Mapping[str, object]) -> None:
    """Publishes task values for later tasks; booleans as "true" and "false", as condition tasks compare them."""
    for name, value in values.items():
        text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        dbutils.jobs.taskValues.set(key=name, value=text)


def read_context(dbutils: Any) -> dict[str, str] | None:
    """What the platform itself says of the notebook's run: ids of job and run, and more. None where it says nothing.

    No parameter can set it. On serverless compute only the safe form of the context can be read.
    """
    try:
        context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
        told = json.loads(context.safeToJson())
        named = {**(told.get("tags") or {}), **(told.get("attributes") or {})}
    except Exception:  # what is not there differs from platform to platform
        return None
    return {name: str(value) for name, value in named.items() if value not in (None, "")}


def read_secret(dbutils: Any, scope: str, key: str) -> str:
    """The text of a secret. Raises ParameterError where it is not there or may not be read."""
    try:
        return str(dbutils.secrets.get(scope=scope, key=key))
    except Exception as err:  # dbutils raises what its platform raises
        raise ParameterError(
            f"the secret `{key}` of scope `{scope}` cannot be read ({type(err).__name__}). Check both names in the "
            f"spec, and that the job's principal has READ on the scope. On a laptop, set the environment variable "
            f"{_variable(scope, key)}."
        ) from err


def service_credential(dbutils: Any, name: str) -> Any:
    """A token credential for the SDKs of Azure, from a service credential of Unity Catalog."""
    try:
        return dbutils.credentials.getServiceCredentialsProvider(name)
    except Exception as err:
        raise ParameterError(
            f"the service credential `{name}` cannot be used ({type(err).__name__}). Check its name in the spec, and "
            f"that the job's principal has ACCESS on it. It exists in workspaces with Unity Catalog only."
        ) from err


def _variable(scope: str, key: str) -> str:
    """Where a laptop looks for a secret."""
    return re.sub(r"[^A-Z0-9]", "_", f"LOCAL_SECRET_{scope}_{key}".upper())

"""The names of tables on a laptop: those that the loop writes itself, and those that people may choose."""

from __future__ import annotations

import re

from local_workspace.bundle.bundle import Bundle, schemas
from local_workspace.errors import BundleError, ParameterError

CONTROL_TABLES = (
    "batch_scorings",
    "consumer_updates",
    "controls",
    "decisions",
    "detector_states",
    "drift_metrics",
    "drift_profiles",
    "drift_references",
    "events",
    "forget_requests",
    "forgotten_key_salts",
    "forgotten_keys",
    "gate_results",
    "incidents",
    "index_documents",
    "index_runs",
    "label_requests",
    "model_manifests",
    "panel_actions",
    "panel_references",
    "performance",
    "preflight_probe",
    "promotions",
    "series_models",
    "strategy_comparisons",
    "task_errors",
    "watermarks",
)
"""Tables of the loop that are shared by all models."""

LOOP_SUFFIXES = (
    "_observations",
    "_accepted",
    "_quarantine",
    "_predictions",
    "_scores",
    "_forecasts",
    "_staging",
    "_landing",
)
"""How the loop's tables of a source or model end."""

TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


def bundle_schema(bundle: Bundle) -> tuple[str, str]:
    """Catalog and name of the bundle's schema, the first if there are several."""
    found = schemas(bundle)
    if not found:
        raise BundleError("databricks.yml: the bundle does not declare a schema, so there is no place for tables.")
    return found[0]


def checked_table_name(option: str, name: str) -> str:
    """The name, if a person may give it to a table; else a ParameterError."""
    if not TABLE_NAME.fullmatch(name):
        suggestion = re.sub(r"\W+", "_", name.lower()).strip("_").lstrip("0123456789_") or "my_table"
        raise ParameterError(
            f"{option} {name}: not a name for a table. Expected small letters, digits and underscores, with a letter "
            f"first, such as {suggestion}."
        )
    if name in CONTROL_TABLES or name.endswith(LOOP_SUFFIXES):
        raise ParameterError(f"{option} {name}: the loop writes a table of this name itself. Choose another name.")
    return name

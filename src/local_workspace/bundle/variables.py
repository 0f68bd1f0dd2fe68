"""Which value each variable of a bundle has."""

from __future__ import annotations

from collections.abc import Mapping

from local_workspace.bundle.yaml_files import Node
from local_workspace.errors import ParameterError

# The one catalog that open-source Spark has; three-level names work in it as they do in Unity Catalog.
LOCAL_DEFAULTS: Mapping[str, str] = {"catalog": "spark_catalog"}

ENVIRONMENT_PREFIX = "BUNDLE_VAR_"


def variable_values(declared: Node, overrides: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, Node]:
    """Values by name: override, then BUNDLE_VAR_<name>, then what a laptop needs, then target or default.

    A variable without any is left out; it is an error only where it is used.
    """
    names = declared if isinstance(declared, dict) else {}
    for name in overrides:
        if name not in names:
            raise ParameterError(f"--var {name}: the bundle declares no such variable. Choose from {', '.join(names)}.")
    values: dict[str, Node] = {}
    for name, declaration in names.items():
        default = {"": declaration["default"]} if isinstance(declaration, dict) and "default" in declaration else {}
        from_environment = f"{ENVIRONMENT_PREFIX}{name}"
        if name in overrides:
            values[name] = overrides[name]
        elif from_environment in environment:
            values[name] = environment[from_environment]
        elif name in LOCAL_DEFAULTS:
            values[name] = LOCAL_DEFAULTS[name]
        elif default:
            values[name] = default[""]
    return values

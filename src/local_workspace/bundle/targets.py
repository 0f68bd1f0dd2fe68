"""Chooses a target and applies it: its overrides, its variables, and the names that its mode gives to resources."""

from __future__ import annotations

from collections.abc import Mapping

from local_workspace.bundle.yaml_files import Node, merged, where
from local_workspace.errors import BundleError, ParameterError

# The one catalog that open-source Spark has; three-level names work in it as they do in Unity Catalog.
LOCAL_DEFAULTS: Mapping[str, str] = {"catalog": "spark_catalog"}

ENVIRONMENT_PREFIX = "BUNDLE_VAR_"


def choose_target(targets: Node, wanted: str | None) -> str:
    """The target asked for; otherwise the one marked as default, or the only one."""
    if not isinstance(targets, dict) or not targets:
        raise BundleError("databricks.yml: the bundle declares no targets. Declare one, such as `targets: {dev: {}}`.")
    if wanted is not None:
        if wanted not in targets:
            raise ParameterError(f"target {wanted}: not in the bundle. Choose one of {', '.join(targets)}.")
        return wanted
    defaults = [name for name, target in targets.items() if isinstance(target, dict) and target.get("default") is True]
    chosen = defaults or [*targets]
    if len(chosen) != 1:
        raise ParameterError(f"target: found {len(chosen)} candidates ({', '.join(chosen)}). Choose one with -t.")
    return str(chosen[0])


def with_target(document: Node, name: str) -> dict[str, Node]:
    """The bundle with the chosen target's overrides on top, and without the section `targets`."""
    if not isinstance(document, dict):
        raise BundleError(f"databricks.yml: must be a mapping, found {document!r}.")
    targets = document["targets"]
    rest = {key: value for key, value in document.items() if key != "targets"}
    override = targets[name] if isinstance(targets, dict) else None
    both = merged(rest, _with_variable_defaults(override or {}))
    if not isinstance(both, dict):
        raise BundleError(f"{where(override)}: targets.{name} must be a mapping, found {override!r}.")
    return both


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


def prefixed(resource_type: str, name: str, mode: Node, short_name: str) -> str:
    """The name that a resource gets in the target's mode: development marks what belongs to one user."""
    if mode in (None, "production"):
        return name
    if mode != "development":
        raise BundleError(f"{where(mode)}: mode {mode}: expected development or production.")
    if resource_type == "schemas":
        return f"dev_{short_name}_{name}"
    folder, slash, last = name.rpartition("/") if resource_type == "experiments" else ("", "", name)
    return f"{folder}{slash}[dev {short_name}] {last}"


def _with_variable_defaults(target: Node) -> Node:
    """A target may write a variable's value alone: `variables: {catalog: dev}`."""
    if not isinstance(target, dict) or not isinstance(target.get("variables"), dict):
        return target
    written = target["variables"]
    assert isinstance(written, dict)
    values: dict[str, Node] = {
        name: value if isinstance(value, dict) else {"default": value} for name, value in written.items()
    }
    return {**target, "variables": values}

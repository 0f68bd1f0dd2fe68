"""Chooses a target and applies it: its overrides, its variables, and the names that its mode gives to resources."""

from __future__ import annotations

from collections.abc import Mapping

from local_workspace.bundle.yaml_files import Node, merge, place_of
from local_workspace.errors import BundleError, ParameterError

# The one catalog that open-source Spark has; three-level names work in it as they do in Unity Catalog.
LOCAL_DEFAULTS: Mapping[str, str] = {"catalog": "spark_catalog"}

ENVIRONMENT_PREFIX = "BUNDLE_VAR_"


def choose_target(targets: Node, name: str | None) -> str:
    """The target with this name; without a name, the one marked as default, or the only one."""
    if not isinstance(targets, dict) or not targets:
        raise BundleError(
            "databricks.yml: the bundle does not declare a target. Declare one, such as `targets: {dev: {}}`."
        )

    if name is not None:
        if name not in targets:
            raise ParameterError(f"target {name}: not in the bundle. Choose one of {', '.join(targets)}.")
        return name

    defaults = [key for key, target in targets.items() if isinstance(target, dict) and target.get("default") is True]
    candidates = defaults or [*targets]
    if len(candidates) != 1:
        raise ParameterError(
            f"target: found {len(candidates)} candidates ({', '.join(candidates)}). Choose one with -t."
        )
    return str(candidates[0])


def apply_target(document: Node, name: str) -> dict[str, Node]:
    """The bundle with the chosen target's overrides on top, and without the section `targets`."""
    if not isinstance(document, dict):
        raise BundleError(f"databricks.yml: must be a mapping, found {document!r}.")

    targets = document["targets"]
    base = {key: value for key, value in document.items() if key != "targets"}
    override = targets[name] if isinstance(targets, dict) else None

    own = _with_variable_defaults(override or {})
    merged = merge(_without_replaced_defaults(base, own), own)
    if not isinstance(merged, dict):
        raise BundleError(f"{place_of(override)}: targets.{name} must be a mapping, found {override!r}.")
    return merged


def variable_values(declared: Node, overrides: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, Node]:
    """Values by name. The first of these counts: override, BUNDLE_VAR_<name>, LOCAL_DEFAULTS, the declared default.

    A variable without a value is left out. It is an error only where it is used.
    """
    declarations = declared if isinstance(declared, dict) else {}
    for name in overrides:
        if name not in declarations:
            known = ", ".join(declarations)
            raise ParameterError(f"--var {name}: the bundle does not declare this variable. Choose from {known}.")

    values: dict[str, Node] = {}
    for name, declaration in declarations.items():
        if name in overrides:
            values[name] = overrides[name]
        elif f"{ENVIRONMENT_PREFIX}{name}" in environment:
            values[name] = environment[f"{ENVIRONMENT_PREFIX}{name}"]
        elif name in LOCAL_DEFAULTS:
            values[name] = LOCAL_DEFAULTS[name]
        elif isinstance(declaration, dict) and "default" in declaration:
            values[name] = declaration["default"]
    return values


def deployed_name(resource_type: str, name: str, mode: Node, short_name: str) -> str:
    """The name that a resource gets in the target's mode: development adds the user to it."""
    if mode in (None, "production"):
        return name
    if mode != "development":
        raise BundleError(f"{place_of(mode)}: mode {mode}: expected development or production.")

    if resource_type == "schemas":
        return f"dev_{short_name}_{name}"
    folder, slash, last = name.rpartition("/") if resource_type == "experiments" else ("", "", name)
    return f"{folder}{slash}[dev {short_name}] {last}"


def _with_variable_defaults(target: Node) -> Node:
    """A target may write a variable's value directly: `variables: {catalog: dev}`."""
    variables = target.get("variables") if isinstance(target, dict) else None
    if not isinstance(target, dict) or not isinstance(variables, dict):
        return target

    declarations: dict[str, Node] = {
        name: value if isinstance(value, dict) else {"default": value} for name, value in variables.items()
    }
    return {**target, "variables": declarations}


def _without_replaced_defaults(base: dict[str, Node], target: Node) -> dict[str, Node]:
    """The base without the variables' values that the target replaces: a list is replaced as a whole, not joined."""
    declared = base.get("variables")
    own = target.get("variables") if isinstance(target, dict) else None
    if not isinstance(declared, dict) or not isinstance(own, dict):
        return base

    kept: dict[str, Node] = {}
    for name, declaration in declared.items():
        replacement = own.get(name)
        is_replaced = isinstance(replacement, dict) and "default" in replacement
        known = declaration if isinstance(declaration, dict) else {}
        kept[name] = {key: value for key, value in known.items() if key != "default"} if is_replaced else declaration
    return {**base, "variables": kept}

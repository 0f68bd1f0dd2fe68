"""Chooses a target and applies it: its overrides, and the names that its mode gives to resources."""

from __future__ import annotations

from local_workspace.bundle.merging import merged
from local_workspace.bundle.yaml_files import Node, where
from local_workspace.errors import BundleError, ParameterError


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

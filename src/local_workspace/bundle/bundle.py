"""The bundle as one target sees it: its jobs, and the names of its schemas and experiments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_workspace.bundle.facts import bundle_facts
from local_workspace.bundle.jobs import Job, RunJobTask
from local_workspace.bundle.parse_job import parse_job
from local_workspace.bundle.references import Lookup, as_text, references_in, resolve
from local_workspace.bundle.supported import supported_part
from local_workspace.bundle.targets import apply_target, choose_target, deployed_name, variable_values
from local_workspace.bundle.yaml_files import Node, read_document
from local_workspace.errors import BundleError, ParameterError


@dataclass(frozen=True)
class Bundle:
    """A bundle with its target applied. References stay in it and are resolved when a job or a name is read.

    reference_values: by name, what `${bundle...}`, `${workspace...}` and `${var...}` refer to. variables: those that
    the bundle declares, also without a value.
    """

    root: Path
    target: str
    mode: Node
    short_name: str
    resources: Mapping[str, Mapping[str, Node]]
    reference_values: Mapping[str, Node]
    variables: tuple[str, ...]


def read_bundle(
    root: Path,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Bundle:
    """The bundle in a folder, with target, mode and variables applied; a BundleError for what is not run locally."""
    root = root.resolve()
    document = read_document(root)
    targets = document.get("targets") if isinstance(document, dict) else None
    target = choose_target(targets, target)

    full_document = apply_target(document, target)
    supported = supported_part(full_document)
    assert isinstance(supported, dict)

    declared = supported.get("variables") or {}
    values = variable_values(declared, variables or {}, os.environ if environment is None else environment)
    facts = bundle_facts(root, supported, target)

    bundle = Bundle(
        root=root,
        target=target,
        mode=supported.get("mode"),
        short_name=str(facts["workspace.current_user.short_name"]),
        resources=_resources(supported.get("resources")),
        reference_values={**facts, **{f"var.{name}": value for name, value in values.items()}},
        variables=tuple(declared) if isinstance(declared, dict) else (),
    )
    _check_references(bundle, full_document)
    return bundle


def job_keys(bundle: Bundle) -> list[str]:
    """The jobs that the target has."""
    return sorted(bundle.resources.get("jobs", {}))


def job(bundle: Bundle, key: str) -> Job:
    """One job, resolved and checked. Locally a job's id is its key."""
    if key not in job_keys(bundle):
        known = ", ".join(job_keys(bundle))
        raise ParameterError(f"job {key}: target {bundle.target} does not have this job. Choose one of {known}.")

    node = resolve(_deployed_resource(bundle, "jobs", key), _resource_lookup(bundle), f"resources.jobs.{key}")
    return parse_job(key, node)


def job_description(bundle: Bundle, key: str) -> str:
    """The job's description. Variables that only its tasks use need not have a value."""
    node = bundle.resources["jobs"][key]
    description = node.get("description", "") if isinstance(node, dict) else ""
    return as_text(resolve(description, _resource_lookup(bundle), f"resources.jobs.{key}.description"))


def jobs_of_run(bundle: Bundle, key: str) -> dict[str, Job]:
    """By key, the job and every job that it runs, directly or through another."""
    jobs: dict[str, Job] = {}
    waiting = [key]
    while waiting:
        current = waiting.pop()
        if current not in jobs:
            jobs[current] = job(bundle, current)
            waiting += _keys_of_nested_jobs(jobs[current])

    _refuse_circles(jobs, key, ())
    return jobs


def resource_names(bundle: Bundle) -> dict[str, str]:
    """Names as `${resources....}` gives them: `schemas.<key>.name`, `.catalog_name`, `experiments.<key>.name`."""
    fields_of_type = {"schemas": ("catalog_name", "name"), "experiments": ("name",)}
    references = [
        f"{resource_type}.{key}.{field}"
        for resource_type, fields in fields_of_type.items()
        for key in bundle.resources.get(resource_type, {})
        for field in fields
    ]

    lookup = _resource_lookup(bundle)
    return {name: as_text(resolve(f"${{resources.{name}}}", lookup, f"resources.{name}")) for name in references}


def schemas(bundle: Bundle) -> list[tuple[str, str]]:
    """Catalog and name of each schema of the bundle."""
    names = resource_names(bundle)
    keys = bundle.resources.get("schemas", {})
    return [(names[f"schemas.{key}.catalog_name"], names[f"schemas.{key}.name"]) for key in keys]


def _resources(node: Node) -> dict[str, dict[str, Node]]:
    types = node if isinstance(node, dict) else {}
    return {name: dict(resources) for name, resources in types.items() if isinstance(resources, dict)}


def _check_references(bundle: Bundle, full_document: Node) -> None:
    """Every reference must be known, also where the YAML is ignored locally: the deployment would fail on a typo."""
    lookup = _resource_lookup(bundle)
    for name, path, place in references_in(full_document):
        kind, _, rest = name.partition(".")
        if kind == "var" and rest in bundle.variables:
            continue

        try:
            if kind == "resources":
                _split_reference(bundle, name)
            else:
                lookup(name)
        except KeyError as err:
            raise BundleError(f"{place}: {path}: {err.args[0]}") from err


def _deployment_lookup(bundle: Bundle) -> Lookup:
    """`${var...}`, `${bundle...}`, `${workspace...}`; references to resources stay as they are."""

    def lookup(name: str) -> Node:
        if name in bundle.reference_values:
            return bundle.reference_values[name]

        kind, _, rest = name.partition(".")
        if kind == "resources":
            return f"${{{name}}}"
        if kind != "var":
            facts = [fact for fact in bundle.reference_values if not fact.startswith("var.")]
            raise KeyError(f"unknown reference ${{{name}}}. Known: {', '.join(facts)}, var.<name>, resources.<...>.")

        if rest not in bundle.variables:
            raise KeyError(
                f"${{{name}}}: the bundle does not declare this variable. Declared: {', '.join(bundle.variables)}."
            )
        raise KeyError(
            f"variable {rest} has no value in target {bundle.target}. Pass --var {rest}=<value>, "
            f"set BUNDLE_VAR_{rest}, or give it a default."
        )

    return lookup


def _resource_lookup(bundle: Bundle) -> Lookup:
    """Everything that `_deployment_lookup` knows, and `${resources.<type>.<key>.<field>}` with the target's names."""
    deployment_lookup = _deployment_lookup(bundle)

    def lookup(name: str) -> Node:
        if not name.startswith("resources."):
            return deployment_lookup(name)

        resource_type, key, field = _split_reference(bundle, name)
        if resource_type == "jobs" and field == "id":
            return key

        values = {
            known: value
            for known, value in _deployed_resource(bundle, resource_type, key).items()
            if not isinstance(value, dict | list)
        }
        if field not in values:
            raise KeyError(f"${{{name}}}: the resource does not have this field. Known locally: {', '.join(values)}.")
        return values[field]

    return lookup


def _split_reference(bundle: Bundle, name: str) -> tuple[str, str, str]:
    """Type, key and field of `resources.<type>.<key>.<field>`; a KeyError when the target lacks the resource."""
    resource_type, key, field = [*name.split(".", 3)[1:], "", "", ""][:3]
    if key not in bundle.resources.get(resource_type, {}):
        known = [f"resources.{kind}.{key}" for kind, resources in bundle.resources.items() for key in resources]
        raise KeyError(f"${{{name}}}: target {bundle.target} does not have this resource. It has {', '.join(known)}.")
    return resource_type, key, field


def _deployed_resource(bundle: Bundle, resource_type: str, key: str) -> dict[str, Node]:
    """A resource with the name that the target's mode gives it; references to other resources are not resolved yet."""
    path = f"resources.{resource_type}.{key}"
    node = resolve(bundle.resources[resource_type][key], _deployment_lookup(bundle), path)
    if not isinstance(node, dict):
        raise BundleError(f"{path} must be a mapping, found {node!r}.")

    name = as_text(node.get("name") or key)
    return {**node, "name": deployed_name(resource_type, name, bundle.mode, bundle.short_name)}


def _refuse_circles(jobs: Mapping[str, Job], key: str, trail: tuple[str, ...]) -> None:
    if key in trail:
        raise BundleError(f"resources.jobs.{key}: jobs run each other in a circle: {' -> '.join([*trail, key])}.")
    for nested in _keys_of_nested_jobs(jobs[key]):
        _refuse_circles(jobs, nested, (*trail, key))


def _keys_of_nested_jobs(parent: Job) -> list[str]:
    return [task.innermost.job_key for task in parent.tasks if isinstance(task.innermost, RunJobTask)]

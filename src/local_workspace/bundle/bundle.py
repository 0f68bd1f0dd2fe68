"""The bundle as one target sees it: its jobs, and the names of its schemas and experiments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from local_workspace.bundle.facts import bundle_facts
from local_workspace.bundle.jobs import Job, RunJobTask
from local_workspace.bundle.parse_job import job_from
from local_workspace.bundle.references import Lookup, references_in, resolved, written
from local_workspace.bundle.supported import supported_part
from local_workspace.bundle.targets import choose_target, prefixed, variable_values, with_target
from local_workspace.bundle.yaml_files import Node, merged, read_bundle_files
from local_workspace.errors import BundleError, ParameterError


@dataclass(frozen=True)
class Bundle:
    """A bundle with its target applied. References are resolved when something is asked for, not before."""

    root: Path
    target: str
    mode: Node
    short_name: str
    resources: Mapping[str, Mapping[str, Node]]
    facts: Mapping[str, Node]
    variables: tuple[str, ...]


def read_bundle(
    root: Path,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Bundle:
    """The bundle in a folder, with target, mode and variables applied; what is not run locally is refused."""
    root = root.resolve()
    document = reduce(merged, read_bundle_files(root), None)
    targets = document.get("targets") if isinstance(document, dict) else None
    chosen = choose_target(targets, target)
    everything = with_target(document, chosen)
    kept = supported_part(everything)
    assert isinstance(kept, dict)
    declared = kept.get("variables") or {}
    values = variable_values(declared, variables or {}, os.environ if environment is None else environment)
    facts = bundle_facts(root, kept, chosen)
    bundle = Bundle(
        root=root,
        target=chosen,
        mode=kept.get("mode"),
        short_name=str(facts["workspace.current_user.short_name"]),
        resources=_resources(kept.get("resources")),
        facts={**facts, **{f"var.{name}": value for name, value in values.items()}},
        variables=tuple(declared) if isinstance(declared, dict) else (),
    )
    _check_references(bundle, everything)
    return bundle


def job_keys(bundle: Bundle) -> list[str]:
    """The jobs that the target has."""
    return sorted(bundle.resources.get("jobs", {}))


def job(bundle: Bundle, key: str) -> Job:
    """One job, resolved and checked. Locally a job's id is its key."""
    if key not in job_keys(bundle):
        raise ParameterError(
            f"job {key}: target {bundle.target} has no such job. Choose one of {', '.join(job_keys(bundle))}."
        )
    node = resolved(_deployed(bundle, "jobs", key), _resource_lookup(bundle), f"resources.jobs.{key}")
    return job_from(key, node)


def job_description(bundle: Bundle, key: str) -> str:
    """What the job says about itself; needs no variable that only its tasks use."""
    node = bundle.resources["jobs"][key]
    described = node.get("description", "") if isinstance(node, dict) else ""
    return written(resolved(described, _resource_lookup(bundle), f"resources.jobs.{key}.description"))


def jobs_of_run(bundle: Bundle, key: str) -> dict[str, Job]:
    """The job and every job that it runs, by key: all that one run may touch."""
    found: dict[str, Job] = {}
    waiting = [key]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found[current] = job(bundle, current)
        waiting += [work.job_key for work in _works(found[current]) if isinstance(work, RunJobTask)]
    _refuse_job_cycles(found, key, ())
    return found


def resource_names(bundle: Bundle) -> dict[str, str]:
    """Names as `${resources....}` gives them: `schemas.<key>.name`, `.catalog_name`, `experiments.<key>.name`."""
    lookup = _resource_lookup(bundle)
    fields = {"schemas": ("catalog_name", "name"), "experiments": ("name",)}
    wanted = [
        f"{kind}.{key}.{field}"
        for kind, names in fields.items()
        for key in bundle.resources.get(kind, {})
        for field in names
    ]
    return {name: written(resolved(f"${{resources.{name}}}", lookup, f"resources.{name}")) for name in wanted}


def schemas(bundle: Bundle) -> list[tuple[str, str]]:
    """Catalog and name of each schema of the bundle."""
    names = resource_names(bundle)
    keys = bundle.resources.get("schemas", {})
    return [(names[f"schemas.{key}.catalog_name"], names[f"schemas.{key}.name"]) for key in keys]


def _resources(node: Node) -> dict[str, dict[str, Node]]:
    kinds = node if isinstance(node, dict) else {}
    return {kind: dict(items) for kind, items in kinds.items() if isinstance(items, dict)}


def _check_references(bundle: Bundle, everything: Node) -> None:
    """Every reference must be known, also in places that are ignored locally: a typo would surface at deploy time."""
    lookup = _resource_lookup(bundle)
    for name, path, place in references_in(everything):
        kind, _, rest = name.partition(".")
        if kind == "var" and rest in bundle.variables:
            continue
        try:
            if kind == "resources":
                _resource_of(bundle, name)
            else:
                lookup(name)
        except KeyError as err:
            raise BundleError(f"{place}: {path}: {err.args[0]}") from err


def _deploy_lookup(bundle: Bundle) -> Lookup:
    """`${var...}`, `${bundle...}`, `${workspace...}`; references to resources stay as they are."""

    def lookup(name: str) -> Node:
        if name in bundle.facts:
            return bundle.facts[name]
        kind, _, rest = name.partition(".")
        if kind == "resources":
            return f"${{{name}}}"
        if kind != "var":
            known = [fact for fact in bundle.facts if not fact.startswith("var.")]
            raise KeyError(f"unknown reference ${{{name}}}. Known: {', '.join(known)}, var.<name>, resources.<...>.")
        if rest not in bundle.variables:
            raise KeyError(f"${{{name}}}: no such variable. Declared: {', '.join(bundle.variables)}.")
        raise KeyError(
            f"variable {rest} has no value in target {bundle.target}. Pass --var {rest}=<value>, "
            f"set BUNDLE_VAR_{rest}, or give it a default."
        )

    return lookup


def _resource_lookup(bundle: Bundle) -> Lookup:
    """Everything that `_deploy_lookup` knows, and `${resources.<type>.<key>.<field>}` with the target's names."""
    deploy_lookup = _deploy_lookup(bundle)

    def lookup(name: str) -> Node:
        if not name.startswith("resources."):
            return deploy_lookup(name)
        kind, key, field = _resource_of(bundle, name)
        if kind == "jobs" and field == "id":
            return key
        fields = _deployed(bundle, kind, key)
        if field not in fields or isinstance(fields[field], dict | list):
            texts = [name for name, value in fields.items() if not isinstance(value, dict | list)]
            raise KeyError(f"${{{name}}}: no such field. Known locally: {', '.join(texts)}.")
        return fields[field]

    return lookup


def _resource_of(bundle: Bundle, name: str) -> tuple[str, str, str]:
    kind, key, field = [*name.split(".", 3)[1:], "", "", ""][:3]
    if key not in bundle.resources.get(kind, {}):
        known = [f"resources.{kind}.{key}" for kind, items in bundle.resources.items() for key in items]
        raise KeyError(f"${{{name}}}: target {bundle.target} has no such resource. It has {', '.join(known)}.")
    return kind, key, field


def _deployed(bundle: Bundle, kind: str, key: str) -> dict[str, Node]:
    """A resource with the name that the target's mode gives it; references to other resources still stand."""
    node = resolved(bundle.resources[kind][key], _deploy_lookup(bundle), f"resources.{kind}.{key}")
    if not isinstance(node, dict):
        raise BundleError(f"resources.{kind}.{key} must be a mapping, found {node!r}.")
    name = written(node.get("name") or key)
    return {**node, "name": prefixed(kind, name, bundle.mode, bundle.short_name)}


def _refuse_job_cycles(found: Mapping[str, Job], key: str, trail: tuple[str, ...]) -> None:
    if key in trail:
        raise BundleError(f"resources.jobs.{key}: jobs run each other without end: {' -> '.join([*trail, key])}.")
    for work in _works(found[key]):
        if isinstance(work, RunJobTask):
            _refuse_job_cycles(found, work.job_key, (*trail, key))


def _works(found: Job) -> list[object]:
    return [task.innermost for task in found.tasks]

"""What `run <job> --help` shows, read from the job's YAML: comments there describe parameters and give examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from local_workspace.bundle.bundle import Bundle, job, job_description
from local_workspace.bundle.references import as_text
from local_workspace.bundle.yaml_files import Node, place_of

COMMENT = re.compile(r"""^(?:[^"'#]|"[^"]*"|'[^']*'|(?<=\S)#)*?\s#\s?(?P<text>.*)$""")
"""A line of YAML with a comment at its end; a # inside quotes or a word does not begin one."""

EXAMPLE = re.compile(r"databricks bundle run (?P<words>.*)")
SET_BY_BUNDLE = re.compile(r"\$\{(?:resources|bundle|workspace)\.|\{\{")


@dataclass(frozen=True)
class JobParameter:
    """A parameter of a job, for people."""

    name: str
    """As --params takes it."""
    default: str
    """What it is if it is not given; references are resolved where they can be."""
    description: str
    """The comment on its line in the YAML; empty without one."""
    is_set_by_bundle: bool
    """Whether the default is a name or id that the bundle or the run provides."""


def job_parameters(bundle: Bundle, key: str) -> list[JobParameter]:
    """The job's parameters in the order of the YAML."""
    resolved = job(bundle, key).parameters
    return [
        JobParameter(
            name=(name := as_text(item["name"])),
            default=resolved[name],
            description=_comment_at(bundle.root, place_of(item["name"])),
            is_set_by_bundle=bool(SET_BY_BUNDLE.search(as_text(item.get("default", "")))),
        )
        for item in _parameter_nodes(bundle, key)
    ]


def job_examples(bundle: Bundle, key: str) -> list[str]:
    """`run <job> ...` from the comments that show `databricks bundle run <job> ...`, without targets and variables."""
    file = bundle.root / place_of(_name_of(bundle, key)).partition(":")[0]
    comments = [line.lstrip("# ").rstrip() for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    text = "\n".join(comments).replace("\\\n", "")

    examples = [match["words"] for match in EXAMPLE.finditer(text)]
    plain = [re.sub(r"\s(?:-t|--var)\s\S+", "", words) for words in examples]
    return [f"run {words}" for words in plain if words.split()[0] == key] or [_plain_example(bundle, key)]


def job_help(bundle: Bundle, key: str, launcher: str) -> str:
    """The text of `run <job> --help`."""
    parameters = job_parameters(bundle, key)
    free = [each for each in parameters if not each.is_set_by_bundle]
    fixed = [each.name for each in parameters if each.is_set_by_bundle]

    lines = [f"{launcher} run {key}: {job_description(bundle, key)}", ""]
    if free:
        width = max(len(each.name) for each in free) + 2
        lines += ["parameters, as --params NAME=VALUE NAME=VALUE:", *(_parameter_line(each, width) for each in free)]
    else:
        lines += ["This job does not have parameters that you need to set."]
    if fixed:
        lines += ["", f"The bundle sets these, so leave them out: {', '.join(fixed)}."]

    lines += ["", "examples:", *(f"  {launcher} {example}" for example in job_examples(bundle, key))]
    return "\n".join(lines)


def _plain_example(bundle: Bundle, key: str) -> str:
    """With the default model, if the job has one."""
    model = job(bundle, key).parameters.get("model")
    return f"run {key} --params model={model}" if model else f"run {key}"


def _parameter_line(parameter: JobParameter, width: int) -> str:
    default = f"(default: {parameter.default})" if parameter.default else "(default: empty)"
    return f"  {parameter.name:<{width}}{parameter.description}{' ' if parameter.description else ''}{default}"


def _parameter_nodes(bundle: Bundle, key: str) -> list[dict[str, Node]]:
    node = bundle.resources["jobs"][key]
    items = node.get("parameters") if isinstance(node, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _name_of(bundle: Bundle, key: str) -> Node:
    """The name in the job's file, which knows its place; compute settings of the same job may be in another file."""
    node = bundle.resources["jobs"][key]
    return node.get("name") if isinstance(node, dict) else None


def _comment_at(root: Path, place: str) -> str:
    """The comment on a line such as `resources/demo.job.yml:12`."""
    file, _, number = place.rpartition(":")
    lines = (root / file).read_text("utf-8").splitlines() if number.isdigit() else []
    match = COMMENT.match(lines[int(number) - 1]) if lines else None
    return match["text"].strip() if match else ""

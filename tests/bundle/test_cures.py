"""The cures that errors name can be carried out: the jobs exist, and take the parameters."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_JOB = re.compile(r"\bjobs? `?(\w+)`?|\bthe (\w+) job\b")
_PARAMETER = re.compile(r"\b(\w+)=(?:\{|\w|\")")
_NO_JOB = {
    "run",
    "must",
    "sets",
    "fits",
    "does",
    "and",
    "that",
    "in",
    "named",
    "with",
    "which",
    "again",
    "prints",
    "without",
}
"""Words that follow `job` where no job is named."""


def jobs() -> dict[str, set[str]]:
    """{job: its parameters}."""
    found = {}
    for path in (ROOT / "resources").rglob("*.job.yml"):
        for key, job in _resources(yaml.safe_load(path.read_text("utf-8"))).items():
            found[key] = {each["name"] for each in job.get("parameters", [])}
    return found


def _resources(content: dict) -> dict:
    return content.get("resources", {}).get("jobs", {})


def texts() -> list[tuple[str, str]]:
    """(place, text) of every text in the product's code that is no docstring; `{...}` for what is filled in."""
    found = []
    for path in sorted((ROOT / "src/retraining").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if id(node) not in docs | parts:
                text = _text(node)
                found += [(f"{path.name}:{node.lineno}", text)] if text else []
    return found


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def test_every_job_that_a_text_names_exists_and_takes_the_parameters_that_it_names():
    known = jobs()
    named = []
    wrong = []
    for place, text in texts():
        for sentence in re.split(r"(?<=[.:;]) ", text):
            names = {first or second for first, second in _JOB.findall(sentence)} - _NO_JOB
            named += names
            wrong += [f"{place}: there is no job {name}" for name in names - known.keys()]
            parameters = set().union(*(known.get(name, set()) for name in names))
            if names and names <= known.keys():
                unknown = set(_PARAMETER.findall(sentence)) - parameters
                wrong += [f"{place}: {' and '.join(names)} takes no {each}" for each in unknown]

    assert wrong == []
    assert {"rollback", "adopt", "repair", "approve", "release_batch", "retraining"} <= set(named)

"""The text of a new spec, with the reasons as comments. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from local_workspace.new_model.guess_columns import RECIPES, Features
from local_workspace.new_model.guess_rows import Guess

_NUMBER = re.compile(r"[-+]?[0-9._]+(e[-+]?[0-9]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class NewSpec:
    """Everything that the spec says, each with its reason."""

    model: str
    """Its name."""
    kind: str
    """regression or classification."""
    kind_why: str
    """Why."""
    table: str
    """Where the rows come from."""
    rows: int
    """How many it had."""
    ledger: Guess
    """One column."""
    keys: Guess
    """One or more."""
    label: str
    """What is predicted."""
    features: Features
    """From what."""
    schedule: str
    """How often new rows are expected."""
    schedule_why: str
    """Why."""
    reserved: bool
    """Whether the ledger has no time, so that rows are reserved by key for judging."""
    metric: tuple[str, str] | None = None
    """The metric of the gate and why; None for that of the kind."""


SCHEMA = "../docs/reference/spec.schema.json"
"""With it, editors complete the keys of a spec and show what they mean; relative to the folder of specs."""


def spec_text(spec: NewSpec) -> str:
    """The YAML, ready to be read by people."""
    recipe, params = RECIPES[spec.kind]
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        f"# Predicts {spec.label} of the table {spec.table}. Made by new-model from {spec.rows:,} rows: check what it",
        "# guessed, and change it as you like. docs/reference/spec.md has all keys.",
        f"model: {spec.model}",
        f"kind: {spec.kind} # {spec.kind_why}",
        "source:",
        f"  table: {spec.table}",
        f"  ledger_column: {yaml_text(spec.ledger.columns[0])} # grows with new rows: {spec.ledger.why}",
        f"  keys: # name a row: {spec.keys.why}",
        *_items(spec.keys.columns),
        "columns:",
        f"  label: {yaml_text(spec.label)}",
    ]

    if spec.features.numeric:
        lines += ["  numeric:", *_items(spec.features.numeric)]
    if spec.features.categorical:
        lines += ["  categorical:", *_items(spec.features.categorical)]
    if spec.features.left_out:
        lines += ["  # Left out; move a line to numeric or categorical to use it:"]
        lines += [f"  #   - {yaml_text(name)} # {why}" for name, why in spec.features.left_out]
    lines += [
        f"recipe: {recipe} # how the estimator is built; a function in src/recipes/",
        f"params: {params}",
    ]

    if spec.reserved or spec.metric:
        lines.append("gate:")
    if spec.reserved:
        lines.append("  holdout: reserved # no time order: a quarter of the keys judges and is never trained on")
    if spec.metric:
        lines.append(f"  metric: {spec.metric[0]} # {spec.metric[1]}")
    return "\n".join([*lines, f"schedule: {spec.schedule} # {spec.schedule_why}", ""])


def yaml_text(text: str) -> str:
    """A text as YAML, in quotes where it would mean something else, or where people would read a number: 1e3."""
    style = "'" if _NUMBER.fullmatch(text) else None
    dumped = yaml.safe_dump(text, default_flow_style=True, default_style=style, allow_unicode=True, width=10_000)
    return str(dumped).splitlines()[0]


def _items(names: Sequence[str]) -> list[str]:
    return [f"    - {yaml_text(name)}" for name in names]

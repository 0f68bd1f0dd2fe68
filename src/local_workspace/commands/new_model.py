"""`new-model`: the first spec of a model, written from a table."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from local_workspace.commands.command import (
    LAUNCHER,
    add_bundle_options,
    add_state_option,
    bundle_of,
    print_line,
    state_of,
)
from local_workspace.errors import ParameterError
from local_workspace.new_model.guess_columns import (
    CLASSIFICATION,
    KINDS,
    MOST_CLASSES,
    USUAL_METRIC,
    guess_features,
    guess_kind,
    guess_metric,
    guess_schedule,
)
from local_workspace.new_model.guess_rows import Guess, guess_keys, guess_ledger
from local_workspace.new_model.table_facts import TableFacts
from local_workspace.new_model.write_spec import NewSpec, spec_text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SUMMARY = "write the spec of a model from a table"
EXAMPLES = (
    "new-model my_table --name rain --label rain_mm",
    "new-model my_table --name rain --label rain_mm --ledger measured_at --keys station measured_at",
    "new-model customers --name churn --label left --kind classification",
)

MODEL_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
GIVEN = "given"
FEWEST_DAYS = 14


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The table, the model's name and label, and what is not to be guessed."""
    parser.add_argument("table", help="a table of the bundle's schema, such as one that `load` made")
    parser.add_argument("--name", required=True, help="the model's name; the file is specs/<name>.yml")
    parser.add_argument("--label", required=True, metavar="COLUMN", help="the column to predict")
    parser.add_argument("--ledger", metavar="COLUMN", help="the column that grows with new rows (default: guessed)")
    parser.add_argument("--keys", nargs="+", metavar="COLUMN", help="the columns that name a row (default: guessed)")
    parser.add_argument("--kind", choices=KINDS, help="what a prediction is (default: guessed from the label)")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Guess, write the file, and say what was guessed and why."""
    bundle = bundle_of(options)
    file = _free_file(bundle.root / "specs", options.name)
    from local_workspace.new_model.read_facts import class_counts, ledger_span, read_facts
    from local_workspace.workspace import open_spark

    with open_spark(bundle, state_of(options)) as spark:
        facts = read_facts(spark, options.table, options.label, LAUNCHER)
        ledger = _given(facts, "--ledger", [options.ledger]) if options.ledger else guess_ledger(facts, options.label)
        keys = _keys(spark, facts, ledger.columns[0], options)
        span = ledger_span(spark, options.table, facts.column(ledger.columns[0]))
        guessed, kind_why = guess_kind(facts.column(options.label), facts.rows)
        kind = options.kind or guessed
        has_classes = kind == CLASSIFICATION
        classes = class_counts(spark, options.table, options.label, MOST_CLASSES) if has_classes else []

    schedule, schedule_why = guess_schedule(span)
    spec = NewSpec(
        model=options.name,
        kind=kind,
        kind_why=GIVEN if options.kind else kind_why,
        table=options.table,
        rows=facts.rows,
        ledger=ledger,
        keys=keys,
        label=options.label,
        features=guess_features(facts, options.label, ledger.columns[0], keys.columns),
        schedule=schedule,
        schedule_why=schedule_why,
        reserved=span is None,
        metric=guess_metric(classes),
    )
    file.write_text(spec_text(spec), "utf-8")
    _print(Console(), spec, file, span is not None and span.days < FEWEST_DAYS)
    return 0


def _free_file(specs: Path, name: str) -> Path:
    if not MODEL_NAME.fullmatch(name):
        raise ParameterError(
            f"--name {name}: not a name for a model. Expected small letters, digits and underscores, a letter first."
        )
    file = specs / f"{name}.yml"
    if file.exists():
        raise ParameterError(f"--name {name}: {file} exists and is not overwritten. Choose another name or delete it.")
    if not specs.is_dir():
        raise ParameterError(f"{specs}: the bundle has no folder for specs, so it is not the bundle of this project.")
    return file


def _given(facts: TableFacts, option: str, columns: Sequence[str]) -> Guess:
    """The columns that a person named; a single text may name several with commas."""
    known = set(facts.names)
    names = [name for text in columns for name in ([text] if text in known else re.split(r"\s*,\s*", text))]
    for name in names:
        if name not in known:
            raise ParameterError(
                f"{option} {name}: {facts.table} does not have this column. It has: {', '.join(facts.names)}."
            )
    return Guess(tuple(names), GIVEN)


def _keys(spark: SparkSession, facts: TableFacts, ledger: str, options: argparse.Namespace) -> Guess:
    from local_workspace.new_model.read_facts import is_unique

    if options.keys:
        return _given(facts, "--keys", options.keys)
    return guess_keys(facts, ledger, options.label, lambda columns: is_unique(spark, facts.table, columns))


def _print(console: Console, spec: NewSpec, file: Path, is_short: bool) -> None:
    def shown(names: Sequence[str]) -> str:
        return ", ".join(names) or "none"

    lines = [
        f"{file}, from {spec.rows:,} rows of {spec.table}:",
        f"  label        {spec.label}",
        f"  kind         {spec.kind} ({spec.kind_why})",
        f"  ledger       {spec.ledger.columns[0]} ({spec.ledger.why})",
        f"  keys         {shown(spec.keys.columns)} ({spec.keys.why})",
        f"  numeric      {shown(spec.features.numeric)}",
        f"  categorical  {shown(spec.features.categorical)}",
        *(f"  left out     {name}: {why}" for name, why in spec.features.left_out),
        f"  schedule     {spec.schedule} ({spec.schedule_why})",
    ]
    if spec.reserved:
        lines.append("  gate         a quarter of the keys judges, because the ledger has no time")
    metric, why = spec.metric or (USUAL_METRIC[spec.kind], "the usual one of this kind")
    lines.append(f"  metric       {metric} ({why}); by it the gate judges")
    if is_short:
        lines.append(f"  note         fewer than {FEWEST_DAYS} days have rows; the first champion may need more")

    next_commands = [
        f"{LAUNCHER} validate {spec.model}",
        f"{LAUNCHER} run retraining --params model={spec.model}",
    ]
    for line in [*lines, "", "Read the file, then:", *(f"  {command}" for command in next_commands)]:
        print_line(console, line)

"""Says what is wrong with specs, without Spark and without a workspace.

    python -m retraining.check_specs <folder> [model]

prints a JSON object a line: a file, and a sentence for each of its faults. Exit code 0 when all specs are right, 1
when one is wrong, 2 when there is none to check.
"""

import json
import re
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from retraining.errors import SpecError
from retraining.forecasting.plan_of_spec import wrong_models
from retraining.spec.document.faults import Fault, did_you_mean, refusal
from retraining.spec.document.read_document import Document, read_document, read_text
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import (
    available_batches,
    available_models,
    available_sources,
    read_batch,
    read_source,
    read_spec,
)
from retraining.strategies.check_recipe import wrong_recipe

RIGHT = 0
WRONG = 1
USAGE = 2


def faults_of_spec(folder: Path, model: str) -> list[str]:
    """A sentence for each fault of a model's spec, its recipe included; empty for a spec that can be used."""
    return _sentences(lambda: check_recipe(read_spec(folder, model), folder))


def faults_of_batch(folder: Path, name: str) -> list[str]:
    """A sentence for each fault of the spec of a batch table; empty for one that can be used."""
    return _sentences(partial(read_batch, folder, name))


def _sentences(read: Callable[[], object]) -> list[str]:
    try:
        read()
    except SpecError as err:
        return str(err).splitlines()
    return []


def check_recipe(spec: ModelSpec, folder: Path) -> None:
    """Raises SpecError, with lines, where the spec's recipe does not build what the rest of the spec needs, or a model
    of a forecast cannot be built."""
    wrong = wrong_models(spec) if spec.is_forecast else wrong_recipe(spec)
    if not wrong:
        return
    origin = f"specs/{spec.model}.yml"
    document = read_document(read_text(folder / f"{spec.model}.yml", origin), origin)
    raise refusal(origin, [Fault(_line(document, key, why), f"`{key}`: {why}") for key, why in wrong])


def _line(document: Document, key: str, why: str) -> int:
    """Of the argument that a sentence quotes, else of the key."""
    quoted = re.findall(r"'(\w+)'", why)
    return document.find((*key.split("."), *quoted[:1])).line


def main(arguments: Sequence[str]) -> int:
    """The command. Prints one line for each spec."""
    folder = Path(arguments[0] if arguments else "specs")
    models = available_models(folder)
    batches = available_batches(folder)
    asked = arguments[1:]
    unknown = [name for name in asked if name not in (*models, *batches)]
    if unknown or not models:
        near = did_you_mean(unknown[0], [*models, *batches]) if unknown else ""
        tables = f" Known batch tables: {', '.join(batches)}." if batches else ""
        names = f"Known models: {', '.join(models) or 'none'}.{tables}"
        named = f"model `{unknown[0]}`: no such spec.{near} {names} " if unknown else ""
        sys.stderr.write(f"{named}Add specs/<model>.yml.\n")
        return USAGE

    found = {f"specs/{name}.yml": faults_of_spec(folder, name) for name in models if not asked or name in asked}
    if not asked:
        found |= _faults_of_sources(folder, {fault for faults in found.values() for fault in faults})
    wanted = [name for name in batches if not asked or name in asked]
    found |= {f"specs/batches/{name}.yml": faults_of_batch(folder, name) for name in wanted}
    for file, faults in found.items():
        sys.stdout.write(f"{json.dumps({'file': file, 'faults': faults})}\n")
    return WRONG if any(found.values()) else RIGHT


def _faults_of_sources(folder: Path, known: Collection[str]) -> dict[str, list[str]]:
    """Of the shared sources, whose faults are not known from a model that names them."""
    found = {}
    for name in available_sources(folder):
        faults = _sentences(partial(read_source, folder, name))
        found[f"specs/sources/{name}.yml"] = [fault for fault in faults if fault not in known]
    return {file: faults for file, faults in found.items() if faults}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Says what is wrong with specs, without Spark and without a workspace.

    python -m retraining.check_specs <folder> [model]

prints a JSON object a line: a model, its file, and a sentence for each fault. Exit code 0 when all specs are right, 1
when one is wrong, 2 when there is none to check.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from retraining.errors import SpecError
from retraining.spec.faults import Fault, did_you_mean, refusal
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import available_models, read_spec
from retraining.spec.read_yaml import Document, read_document, read_text
from retraining.strategies.check_recipe import wrong_recipe

RIGHT = 0
WRONG = 1
USAGE = 2


def faults_of_spec(folder: Path, model: str) -> list[str]:
    """A sentence for each fault of a model's spec, its recipe included; empty for a spec that can be used."""
    try:
        spec = read_spec(folder, model)
        check_recipe(spec, folder)
    except SpecError as err:
        return str(err).splitlines()
    return []


def check_recipe(spec: ModelSpec, folder: Path) -> None:
    """Raises SpecError, with lines, where the spec's recipe does not build what the rest of the spec needs."""
    wrong = wrong_recipe(spec)
    if not wrong:
        return
    origin = f"specs/{spec.model}.yml"
    document = read_document(read_text(folder / f"{spec.model}.yml", origin), origin)
    raise refusal(origin, [Fault(_line(document, key, why), f"`{key}`: {why}") for key, why in wrong])


def _line(document: Document, key: str, why: str) -> int:
    """Of the argument that a sentence quotes, else of the key."""
    quoted = re.findall(r"'(\w+)'", why)
    return document.find((key, *quoted[:1])).line


def main(arguments: Sequence[str]) -> int:
    """The command. Prints one line for each model."""
    folder = Path(arguments[0] if arguments else "specs")
    known = available_models(folder)
    models = list(arguments[1:]) or known
    unknown = [model for model in models if model not in known]
    if unknown or not models:
        near = did_you_mean(unknown[0], known) if unknown else ""
        names = ", ".join(known) or "none"
        named = f"model `{unknown[0]}`: no such spec.{near} Known models: {names}. " if unknown else ""
        sys.stderr.write(f"{named}Add specs/<model>.yml.\n")
        return USAGE

    found = {model: faults_of_spec(folder, model) for model in models}
    for model, faults in found.items():
        line = {"model": model, "file": f"specs/{model}.yml", "faults": faults}
        sys.stdout.write(f"{json.dumps(line)}\n")
    return WRONG if any(found.values()) else RIGHT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

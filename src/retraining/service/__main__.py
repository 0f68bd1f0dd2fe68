"""`python -m retraining.service <step>`: one command for each step of the service. The result is JSON."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError

from retraining.errors import RetrainingError
from retraining.service.definition import point_to
from retraining.service.retraining_service import RetrainingService

Step = Callable[[RetrainingService, argparse.Namespace], Any]


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _submit(service: RetrainingService, asked: argparse.Namespace) -> Any:
    uploaded = service.upload(asked.upload, asked.folder) if asked.upload else None
    run_id = service.submit(idempotency_token=asked.token, submitted=uploaded or asked.rows)
    return {"run_id": run_id, "uploaded": uploaded}


def _point_to(service: RetrainingService, asked: argparse.Namespace) -> Any:
    return point_to(json.loads(asked.definition.read_text("utf-8")), asked.version)


def _update(service: RetrainingService, asked: argparse.Namespace) -> Any:
    return service.update(json.loads(asked.definition.read_text("utf-8")), _tell)


STEPS: Mapping[str, tuple[str, Step]] = {
    "submit": ("start a retraining, with a file of new rows if one is named", _submit),
    "wait": (
        "wait for a run, and say what its tasks do",
        lambda service, asked: asdict(service.wait(asked.run, _tell)),
    ),
    "evaluation": ("what a run found", lambda service, asked: service.evaluation(asked.run)),
    "export": ("the endpoint's definition", lambda service, asked: service.export_definition()),
    "point-to": ("a definition with another version", _point_to),
    "update": ("have the endpoint serve a definition", _update),
    "list": ("endpoints, and past runs", lambda service, asked: service.list()),
    "consume": ("how callers ask the endpoint", lambda service, asked: asdict(service.consume())),
    "rotate-token": (
        "another token",
        lambda service, asked: {"token": service.rotate_token(timedelta(days=asked.days))},
    ),
}
"""By command: what it does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. 0: done; 1: refused, with the reason on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        service = RetrainingService(WorkspaceClient(), asked.model, asked.target)
        answer = STEPS[asked.step][1](service, asked)
    except (RetrainingError, DatabricksError, OSError, ValueError) as err:
        sys.stderr.write(f"{type(err).__name__}: {err}\n")
        return 1
    sys.stdout.write(f"{json.dumps(answer, indent=2)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retraining.service", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True, metavar="step")
    parsers = {}
    for name, (summary, _) in STEPS.items():
        parsers[name] = steps.add_parser(name, help=summary)
        parsers[name].add_argument("--model", required=True, help="a file name in specs/")
        parsers[name].add_argument("--target", help="of the bundle, where several are deployed")

    parsers["submit"].add_argument("--upload", type=Path, help="a file of rows")
    parsers["submit"].add_argument("--folder", help="of a volume: source.path of the spec")
    parsers["submit"].add_argument("--rows", help="table or path of new rows, where they are already in the source")
    parsers["submit"].add_argument("--token", help="idempotency token: the same one starts one run")
    for name in ("wait", "evaluation"):
        parsers[name].add_argument("--run", type=int, required=True, help="id of the run")
    for name in ("point-to", "update"):
        parsers[name].add_argument("--definition", type=Path, required=True, help="a file that `export` has written")
    parsers["point-to"].add_argument("--version", required=True, help="of the model")
    parsers["rotate-token"].add_argument("--days", type=float, default=30, help="how long the token is valid")
    return parser


if __name__ == "__main__":
    sys.exit(main())

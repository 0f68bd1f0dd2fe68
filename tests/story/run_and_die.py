"""A process of its own that runs the job `retraining` on diabetes and, where asked, is killed in the middle.

Usage: python run_and_die.py <state folder> <point>, with src and this folder on PYTHONPATH. Without a kill it prints
the state that it leaves, as JSON.
"""

import json
import os
import signal
import sys
from pathlib import Path

from what_is import state_of

from local_workspace.workspace import LocalWorkspace
from recipes.demo.diabetes import KEYS, first_patients
from recipes.demo.put_rows import put_rows
from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.stages import ingest

ROOT = Path(__file__).parents[2]


def die(*_: object) -> None:
    """As the out-of-memory killer does it: nothing is closed, nothing is caught."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Make the process die when it gets to the point."""
    if point == "after the append, before COMMITTED":
        ingest.append_close = die
    elif point == "after the decision, before the alias":
        usual = Registry.set_alias
        Registry.set_alias = lambda self, model, alias, version: (
            die() if alias == CHAMPION else usual(self, model, alias, version)
        )


def main(state: str, point: str) -> None:
    """Run to the point, or to the end."""
    with LocalWorkspace.open(ROOT, Path(state), target="dev") as workspace:
        schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"
        put_rows(workspace.spark, first_patients(422), f"{schema}.diabetes_source", KEYS)
        arm(point)
        result = workspace.run("retraining", {"model": "diabetes"})
        left = state_of(workspace.spark, schema, "diabetes", "diabetes")
        sys.stdout.write(json.dumps({"run": result.state, **left}))


if __name__ == "__main__":
    main(*sys.argv[1:])

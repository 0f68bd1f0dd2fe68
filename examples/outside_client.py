"""A program outside of the workspace retrains a model and points its endpoint to the new version.

It needs DATABRICKS_HOST and DATABRICKS_TOKEN, of a workspace or of `./workspace serve`:

    .venv/bin/python examples/outside_client.py diabetes
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from databricks.sdk import WorkspaceClient

from retraining.service.definition import point_to
from retraining.service.retraining_service import RetrainingService


def main(model: str) -> int:
    """Retrain, look, point, update, ask. 0: the new version answers; 1: the run failed."""
    service = RetrainingService(WorkspaceClient(), model)
    run = service.submit()
    ended = service.wait(run, print)
    if not ended.succeeded:
        print(f"Run {run} ended as {ended.result}: {ended.message}")
        return 1

    found = service.evaluation(run)
    print(f"{found['headline']}. {found['headline_sentence']}")
    for check in found["gate_results"]:
        print(f"  {check['check']}: {check['verdict']}. {check['sentence']}")

    champion = found["champion_after"]
    done = service.update(point_to(service.export_definition(), champion), print)
    print(json.dumps(done, indent=1))
    print(service.consume().curl)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""A run that was killed and started again ends where a run that was not killed ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_workspace.workspace import LocalWorkspace
from recipes.demo.diabetes import KEYS, first_patients
from recipes.demo.put_rows import put_rows

from .what_is import state_of

pytestmark = pytest.mark.slow

ROOT, SCRIPT = Path(__file__).parents[2], Path(__file__).with_name("run_and_die.py")
KILLED = -9
SHORT_LIFE = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1"}  # Java compiles little, for it does not live long
POINTS = ["after the append, before COMMITTED", "after the decision, before the alias"]


@pytest.fixture
def undisturbed(spark, tmp_path):
    """What a run that nobody kills leaves."""
    with LocalWorkspace.open(ROOT, tmp_path / "undisturbed", target="dev") as workspace:
        schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"
        put_rows(workspace.spark, first_patients(422), f"{schema}.diabetes_source", KEYS)
        result = workspace.run("retraining", {"model": "diabetes"})
        return json.loads(
            json.dumps({"run": result.state, **state_of(workspace.spark, schema, "diabetes", "diabetes")})
        )


def process(state: Path, point: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(state), point]
    path = os.pathsep.join([str(ROOT / "src"), str(SCRIPT.parent)])
    environment = {**os.environ, "PYTHONPATH": path, **SHORT_LIFE}
    return subprocess.run(command, capture_output=True, text=True, cwd=state, env=environment, timeout=600, check=False)


@pytest.mark.timeout(1800)
def test_two_kills_and_a_rerun_end_in_the_state_of_an_undisturbed_run(undisturbed, tmp_path):
    codes = [process(tmp_path, point).returncode for point in POINTS]

    last = process(tmp_path, "never")

    assert codes == [KILLED, KILLED]
    assert last.returncode == 0, last.stderr[-2000:]
    assert json.loads(last.stdout) == undisturbed

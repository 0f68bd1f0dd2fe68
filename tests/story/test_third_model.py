"""A third model is one YAML file: the README's, put where the README says."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from tests.readme.pages import ROOT, third_model

pytestmark = pytest.mark.slow

SCRIPT = """
import json, sys
from pathlib import Path
from local_workspace.workspace import LocalWorkspace
from recipes.demo.flights import KEYS, flights_of_month
from recipes.demo.put_rows import put_rows

with LocalWorkspace.open(Path(sys.argv[1]), Path(sys.argv[2]), target="dev") as workspace:
    schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"
    put_rows(workspace.spark, flights_of_month(1), f"{schema}.flights_source", KEYS)
    result = workspace.run("retraining", {"model": "flights_simple"})
    event = workspace.spark.table(f"{schema}.events").collect()[0]
    print(json.dumps([result.state, event.rows_read, event.action, event.gate, event.champion_after]))
"""


@pytest.mark.spark
def test_a_third_model_is_the_readmes_nine_lines(tmp_path):
    bundle = tmp_path / "bundle"
    for name in ("notebooks", "resources", "specs", "src"):
        shutil.copytree(ROOT / name, bundle / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "databricks.yml", bundle)
    (bundle / "specs" / "flights_simple.yml").write_text(third_model(), "utf-8")

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(bundle), str(tmp_path / "state")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(bundle / "src"), "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1"},
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    # Without label_delay: 0 a row without a label may still get one: it is accepted, and not trained on.
    assert json.loads(done.stdout.splitlines()[-1]) == ["SUCCESS", 27_004, "refit", "passed", "1"]

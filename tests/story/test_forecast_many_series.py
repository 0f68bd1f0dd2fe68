"""The tutorial about forecasts, typed as it is written, in a copy of the project."""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.readme.pages import ROOT, Page

pytestmark = [pytest.mark.slow, pytest.mark.spark, pytest.mark.timeout(3600)]

TUTORIAL = Page(ROOT / "docs/tutorial/forecast-many-series.md")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "COLUMNS")}
STORES = {"airport": 200.0, "harbour": 120.0, "market square": 80.0}


def write_months(folder: Path, *months: str) -> None:
    """A file a month: three stores with a week, and a kiosk that sells nothing. A month's file is always the same."""
    folder.mkdir(exist_ok=True)
    for month in months:
        days = pd.date_range(f"{month}-01", periods=pd.Period(month).days_in_month)
        frames = [_store(name, level, days) for name, level in (*STORES.items(), ("kiosk", 0.0))]
        pd.concat(frames).sort_values(["day", "store"]).to_csv(folder / f"{month}.csv", index=False)


def _store(name: str, level: float, days: pd.DatetimeIndex) -> pd.DataFrame:
    noise = np.array([np.random.default_rng([day.toordinal(), len(name)]).normal() for day in days])
    week = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.4, 0.6])[days.dayofweek]
    return pd.DataFrame({"day": days.date, "store": name, "sold": (level * (week + 0.05 * noise)).round().astype(int)})


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the commands print, by command, with a number for those that come twice."""
    project = tmp_path_factory.mktemp("clone") / "project"
    for name in ("notebooks", "resources", "specs", "src"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("databricks.yml", "workspace"):
        shutil.copy(ROOT / name, project)
    (project / ".venv").symlink_to((ROOT / ".venv").resolve())
    write_months(project / "demand", "2024-01", "2024-02", "2024-03")
    (spec,) = TUTORIAL.blocks("yaml")
    (project / "specs/demand.yml").write_text(spec, "utf-8")

    printed: dict[str, str] = {}
    for block in TUTORIAL.blocks("bash"):
        if "--append" in block:
            write_months(project / "demand", "2024-04")
        for line in block.splitlines():
            name = next(f"{line} #{number}" for number in (1, 2) if f"{line} #{number}" not in printed)
            shown = f"{line} --csv" if line.startswith("./workspace sql") else line
            printed[name] = run(project, shown)
    return printed


def run(project: Path, line: str) -> str:
    done = subprocess.run(line, shell=True, cwd=project, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def asked(typed: dict[str, str], part: str) -> list[dict[str, str]]:
    """The answer of the query with this part."""
    (answer,) = [printed for line, printed in typed.items() if part in line]
    return list(csv.DictReader(io.StringIO(answer)))


def test_every_series_has_a_model_or_a_reason(typed):
    rows = asked(typed, "made = 'fitted'")

    assert [row["series"] for row in rows] == ['["airport"]', '["harbour"]', '["kiosk"]', '["market square"]']
    assert [row["reason"] for row in rows if row["forecaster"] == "fallback"] == ["All values are 0."]


def test_every_series_has_one_action_after_the_next_month(typed):
    counted = {row["action"]: int(row["series"]) for row in asked(typed, "from panel_actions")}

    assert sum(counted.values()) == 4
    assert counted["fallback"] == 1
    assert counted["update_state"] >= 1


def test_the_next_two_weeks_are_forecast_with_intervals(typed):
    rows = asked(typed, "from demand_forecasts")

    assert len(rows) == 14
    assert rows[0]["time"].startswith("2024-05-01")
    for row in rows:
        assert float(row["lower_80"]) < float(row["forecast"]) < float(row["upper_80"])
        assert 80 < float(row["forecast"]) < 320

"""A workspace of the whole bundle, and short words for what stories ask it."""

from pathlib import Path

import pandas as pd
import pytest

from local_workspace.workspace import LocalWorkspace
from recipes.demo.flights import KEYS
from recipes.demo.put_rows import put_rows

from .what_is import aliases, state_of

ROOT = Path(__file__).parents[2]
MODEL = "flights_air_time"


class Story:
    """A workspace of its own, and short words for what the tests ask it."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"

    def arrives(self, flights: pd.DataFrame) -> None:
        put_rows(self.workspace.spark, flights, f"{self.schema}.flights_source", KEYS)

    def run(self, job="retraining", **parameters):
        result = self.workspace.run(job, {"model": MODEL, **parameters})
        assert result.state == "SUCCESS", {key: task.error for key, task in result.tasks.items() if task.error}
        return result

    def newest(self, table):
        return self.workspace.spark.table(f"{self.schema}.{table}").orderBy("at").collect()[-1]

    def aliases(self):
        return aliases(f"{self.schema}.{MODEL}")

    def state(self):
        return state_of(self.workspace.spark, self.schema, "flights", MODEL)


@pytest.fixture(scope="module")
def story(spark, tmp_path_factory):
    """The bundle with its event triggers included, which the repository leaves to those who have something to watch."""
    root = tmp_path_factory.mktemp("bundle")
    for name in ("notebooks", "resources", "specs", "src"):
        (root / name).symlink_to(ROOT / name)
    main = (ROOT / "databricks.yml").read_text("utf-8").replace("  # - resources/events/", "  - resources/events/")
    (root / "databricks.yml").write_text(main, "utf-8")
    watched = {"watched_table": "spark_catalog.any.table", "watched_folder": "/Volumes/any/any/any/"}
    with LocalWorkspace.open(root, tmp_path_factory.mktemp("story"), target="dev", variables=watched) as workspace:
        yield Story(workspace)


def poisoned(flights: pd.DataFrame, before: str) -> pd.DataFrame:
    """The flights before a day with an air time that shrinks with the distance: plausible values, and nonsense."""
    early = flights["time_hour"] < pd.Timestamp(before, tz="UTC")
    return flights.assign(air_time=flights["air_time"].mask(early, 710 - flights["air_time"]))

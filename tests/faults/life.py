"""A source that grows, and its ingestion, which faults interrupt: tables of their own for each."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlparse

from pyspark.sql import SparkSession
from tests.faults.invariants import Faults, Seen, always, at_rest, look
from tests.faults.toy import History, ingest_toy, put

from retraining.adapters.tables.tables import Tables, open_tables
from retraining.errors import ConcurrentRunError, RetrainingError

MOST_RERUNS = 12


@dataclass
class Life:
    """One schema. met counts reruns that met the last commit of a killed run and had to start again."""

    tables: Tables
    history: History
    met: int = field(default=0)

    @property
    def newest(self) -> datetime | None:
        """The greatest valid ledger value of the source."""
        return self.history.newest

    def arrive(self) -> None:
        """The next rows come into the source."""
        put(self.tables, self.history.next_batch())

    def look(self) -> tuple[Seen, Faults]:
        """The tables as they are now, and what must never be."""
        seen = look(self.tables)
        return seen, always(seen, self.history.rows, self.newest)

    def rerun(self) -> Faults:
        """Clean runs until one changes nothing, then everything that does not hold."""
        written = None
        for _ in range(MOST_RERUNS):
            before, written = written, self._written()
            if before == written:
                break
            try:
                ingest_toy(self.tables)
            except ConcurrentRunError:
                self.met += 1
                written = None
            except RetrainingError as err:
                return self.faults() + Faults(other=(f"{type(err).__name__}: {err}",))
        else:
            return self.faults() + Faults(other=(f"{MOST_RERUNS} runs did not come to rest",))
        return self.faults()

    def faults(self) -> Faults:
        """Everything that does not hold although nothing is under way."""
        seen, faults = self.look()
        return faults + at_rest(seen, self.history.rows, self.newest)

    def _written(self) -> set[Path]:
        """Every commit of every table of the schema."""
        warehouse = Path(urlparse(self.tables.spark.conf.get("spark.sql.warehouse.dir")).path)
        commits = set(warehouse.glob(f"{self.tables.schema}.db/*/_delta_log/*.json"))
        assert commits, f"no commits below {warehouse}"
        return commits


def start_life(spark: SparkSession, seed: int) -> Life:
    """A source without rows, in a schema of its own."""
    schema = f"faults_{uuid.uuid4().hex[:10]}"
    spark.sql(f"CREATE SCHEMA spark_catalog.{schema}")
    return Life(open_tables(spark, "spark_catalog", schema), History(seed))

"""The source that the fault tests ingest: its spec, its name, and rows that try every rule."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.loop import COLUMNS, make_run, toy_spec

from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.batch import IngestReport
from retraining.stages.ingest import ingest

LOOKBACK = timedelta(hours=2)
FAR_FUTURE = datetime(2113, 1, 1, tzinfo=UTC)
FIRST = datetime(2013, 1, 1, 10, tzinfo=UTC)
SPEC = toy_spec(
    source={"table": "toy_source", "ledger_column": "at", "keys": ["id"], "lookback": "2 hours"},
    columns={"label": "y", "numeric": ["x"], "label_delay": 0},
)


@dataclass(frozen=True)
class Row:
    """A row of the source. x numbers the rows, so that two versions of an entity differ."""

    id: str
    at: datetime | None
    x: float
    y: float | None

    @property
    def has_valid_ledger(self) -> bool:
        """Whether the row may move the watermark."""
        return self.at is not None and self.at < FAR_FUTURE

    @property
    def reasons(self) -> list[str]:
        """What is wrong with the row by itself."""
        faults = {
            "ledger_missing": self.at is None,
            "ledger_in_future": self.at is not None and self.at >= FAR_FUTURE,
            "label_missing": self.y is None,
        }
        return [name for name, there in faults.items() if there]


@dataclass
class History:
    """Batches of rows for a source, drawn from a seed; rows holds all that were drawn."""

    seed: int
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)

    def next_batch(self) -> list[Row]:
        """New rows, and beside them some that are tied, late, changed, repaired, said twice, in conflict or dirty."""
        batch = [self._new(self._newest + timedelta(minutes=self._draw.randint(1, 90))) for _ in range(3)]
        for kind in (self._tied, self._late, self._changed, self._repaired, self._said_twice, self._conflict):
            if self.rows and self._draw.random() < 0.6:
                batch += kind()
        batch += [row for row in self._dirty() if self._draw.random() < 0.5]
        self._draw.shuffle(batch)
        self.rows += batch
        return batch

    @property
    def newest(self) -> datetime | None:
        """The greatest valid ledger value so far."""
        return max((row.at for row in self.rows if row.at is not None and row.has_valid_ledger), default=None)

    @property
    def _newest(self) -> datetime:
        return self.newest or FIRST

    def _new(self, at: datetime | None, key: str | None = None, y: float | None = 1.0) -> Row:
        number = self._draw.getrandbits(40)
        return Row(key or f"k{number}", at, float(number), y)

    def _readable(self) -> list[Row]:
        """Rows that the next slice reads again, so that a row like them is not too late."""
        return [row for row in self.rows if row.has_valid_ledger and row.at and row.at >= self._newest - LOOKBACK]

    def _tied(self) -> list[Row]:
        return [self._new(self._newest)]

    def _late(self) -> list[Row]:
        return [self._new(self._newest - timedelta(minutes=self._draw.randint(1, 120)))]

    def _changed(self) -> list[Row]:
        key = self._draw.choice(self.rows).id
        return [self._new(self._newest + timedelta(minutes=self._draw.randint(1, 90)), key)]

    def _repaired(self) -> list[Row]:
        row = self._draw.choice(self._readable())
        return [replace(row, x=row.x + 0.5)]

    def _said_twice(self) -> list[Row]:
        return [self._draw.choice(self._readable())]

    def _conflict(self) -> list[Row]:
        row = self._new(self._newest + timedelta(minutes=5))
        return [row, replace(row, x=row.x + 0.5)]

    def _dirty(self) -> list[Row]:
        at = self._newest + timedelta(minutes=1)
        return [self._new(None), self._new(FAR_FUTURE), self._new(at, y=None)]


def source_of(tables: Tables) -> str:
    """Quoted name of the source table."""
    return tables.name("toy_source")


def ingest_toy(tables: Tables) -> IngestReport:
    """A run of the ingest stage, which needs no registry."""
    return ingest(Context(SPEC, tables, None, make_run()), source_of(tables))


def put(tables: Tables, rows: list[Row]) -> None:
    """Appends rows to the source in one commit."""
    cells = [(row.id, row.at, row.x, row.y) for row in rows]
    frame = tables.spark.createDataFrame(cells, COLUMNS)
    frame.write.format("delta").mode("append").saveAsTable(source_of(tables))

"""What exactly-once ingestion costs, as ratios of one run on this machine.

    PYTHONPATH=src python benchmarks/ingest.py [size keys history tiny rules]

Without names of parts all are run (about an hour on 2 cores) and docs/benchmarks.md is written again.
"""

import argparse
import os
import resource
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from unittest.mock import patch

from mlflow import MlflowClient
from pyspark.sql import SparkSession
from shared.as_on_a_cluster import AS_ON_A_CLUSTER
from shared.made_rows import benchmark_spec, make_rows
from shared.result import Measure, finish

from local_workspace.engines.spark_session import start_spark
from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables import key_identity
from retraining.adapters.tables.observations import table_of
from retraining.adapters.tables.tables import Tables, open_tables
from retraining.context import Context
from retraining.records.run import Run
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.quality import Arrival, quarantine_reasons
from retraining.rules.ingest.row_identity import IDENTITIES, PRESENT, Identity
from retraining.spec.feed import rows_feed
from retraining.stages.ingest import ingest

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = benchmark_spec()

_ON_A_CLUSTER = {**AS_ON_A_CLUSTER, "spark.sql.shuffle.partitions": "4"}


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def new_tables(spark: SparkSession) -> Tables:
    """Tables of a schema of their own."""
    schema = f"bench_{uuid.uuid4().hex[:8]}"
    spark.sql(f"CREATE SCHEMA spark_catalog.{schema}")
    return open_tables(spark, "spark_catalog", schema)


def drop(tables: Tables) -> None:
    """Its schema with everything in it."""
    tables.spark.sql(f"DROP SCHEMA {tables.catalog}.{tables.schema} CASCADE")


def ingest_next(tables: Tables, source: str) -> int:
    """Rows that a run reads."""
    registry = Registry(MlflowClient(), tables.schema, "ingestion uses no experiment")
    run = Run(uuid.uuid4().hex, uuid.uuid4().hex, "benchmark", NOW, NOW, time.perf_counter)
    return ingest(Context(SPEC, tables, registry, run), source).read


def size(spark: SparkSession) -> list[Measure]:
    """A batch of a million rows and of five million, each beside the plain append that brought them to the source. The
    first rounds are not counted: they compile what all later ones use."""
    measured = {}
    for rows, warm_up, rounds in ((1_000_000, 3, 5), (5_000_000, 1, 2)):
        made = new_tables(spark)
        make_rows(spark, rows, first=_FIRST).write.format("delta").saveAsTable(made.name("made"))
        times = [_append_and_ingest(spark, made.name("made")) for _ in range(warm_up + rounds)]
        drop(made)
        plain, ours, _ = map(median, zip(*times[warm_up:], strict=True))
        measured[rows] = plain, ours, peak_megabytes()
    return [*_against_append(measured), *_five_times(measured)]


_FIRST = 1_000
"""Rows of the batch before the measured one, so that nobody is timed making tables."""


def _append_and_ingest(spark: SparkSession, made: str, identity: Identity = PRESENT) -> tuple[float, float, float]:
    """Seconds of appending the made rows to a source, and of ingesting them from it; then the bytes that are stored."""
    tables = new_tables(spark)
    source = tables.name("rows")
    make_rows(spark, _FIRST).write.format("delta").saveAsTable(source)
    with patch.object(key_identity, "PRESENT", identity):
        ingest_next(tables, source)
    plain = seconds(lambda: spark.table(made).write.format("delta").mode("append").saveAsTable(source))
    ours = seconds(lambda: ingest_next(tables, source))
    stored = spark.sql(f"DESCRIBE DETAIL {tables.name(table_of(SPEC.source_name))}").collect()[0]["sizeInBytes"]
    drop(tables)
    return plain, ours, float(stored)


def keys(spark: SparkSession, rows: int = 1_000_000) -> list[Measure]:
    """A batch of a million rows, by the earlier hash of its keys and by the present one, in turn."""
    made = new_tables(spark)
    make_rows(spark, rows, first=_FIRST).write.format("delta").saveAsTable(made.name("made"))
    times = {identity: [] for identity in IDENTITIES}
    for _ in range(5):
        for identity in IDENTITIES:
            times[identity].append(_append_and_ingest(spark, made.name("made"), identity)[1:])
    drop(made)

    (before, less), (now, more) = (map(median, zip(*times[each][1:], strict=True)) for each in IDENTITIES)
    what = f"{rows:,} rows, their keys named by SHA-256 instead of xxhash64"
    return [
        Measure(f"{what}: ingestion", f"{before:.1f} s", f"{now:.1f} s", now / before, 1.15),
        Measure(f"{what}: bytes of a stored row", f"{less / rows:.0f}", f"{more / rows:.0f}", more / less, 1.3),
    ]


def peak_megabytes() -> float:
    """What the driver's Python process has needed at most; the workers are other processes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _against_append(measured: dict[int, tuple[float, float, float]]) -> list[Measure]:
    plain, ours, _ = measured[1_000_000]
    what = "1,000,000 rows x 20 columns with 10 rules, beside a plain append"
    return [Measure(what, f"{plain:.1f} s", f"{ours:.1f} s", ours / plain, 3.5)]


def _five_times(measured: dict[int, tuple[float, float, float]]) -> list[Measure]:
    (_, one, small), (_, five, large) = measured[1_000_000], measured[5_000_000]
    return [
        Measure("5,000,000 rows, time per row", f"{one:.1f} us", f"{five / 5:.1f} us", five / 5 / one, 1.0),
        Measure("5,000,000 rows, driver memory", f"{small:.0f} MB", f"{large:.0f} MB", large / small, 1.1),
    ]


def history(spark: SparkSession, batches: int = 100, rows: int = 20_000) -> list[Measure]:
    """Batches of the same size: of a source that has grown, in turn with those of one that begins."""
    early, late = _new_and_grown(spark, rows, before_new=5, before_grown=batches - 5, compared=5)
    what = f"batches {batches - 4} to {batches} of {rows:,} rows, in turn with batches 6 to 10 of another source"
    return [Measure(what, f"{early:.2f} s", f"{late:.2f} s", late / early, 1.3)]


def tiny(spark: SparkSession, batches: int = 300) -> list[Measure]:
    """Batches of ten rows: what is left is the cost of the protocol and of its control tables."""
    early, late = _new_and_grown(spark, 10, before_new=10, before_grown=batches - 20, compared=20)
    what = f"{batches} batches of 10 rows: the last 20, in turn with batches 11 to 30 of another source"
    return [Measure(what, f"{early:.2f} s", f"{late:.2f} s", late / early, 1.3)]


def _new_and_grown(
    spark: SparkSession, rows: int, before_new: int, before_grown: int, compared: int
) -> tuple[float, float]:
    """Median seconds of a batch of a source that begins and of one that has grown. They take turns, each with tables of
    its own, so that a machine that is busy for a while slows both."""
    new, grown = new_tables(spark), new_tables(spark)
    for place in range(before_grown):
        took = _load_and_ingest(grown, rows, place)
        if place % 20 == 19:
            print(f"  {place + 1} of {before_grown + compared}: {took:.2f} s", flush=True)
    for place in range(before_new):
        _load_and_ingest(new, rows, place)
    turns = [
        (_load_and_ingest(new, rows, before_new + turn), _load_and_ingest(grown, rows, before_grown + turn))
        for turn in range(compared)
    ]
    drop(new)
    drop(grown)
    return median(each for each, _ in turns), median(each for _, each in turns)


def _load_and_ingest(tables: Tables, rows: int, place: int) -> float:
    """Seconds of one ingestion; loading the source is not counted."""
    source = tables.name("rows")
    made = make_rows(tables.spark, rows, first=place * rows).coalesce(1)
    # A source keeps itself compact, as our tables do: files of ten rows are its owner's matter.
    compact = {"delta.autoOptimize.autoCompact": "true"}
    made.write.format("delta").mode("append").options(**compact).saveAsTable(source)
    return seconds(lambda: ingest_next(tables, source))


def rules(spark: SparkSession) -> list[Measure]:
    """All columns read, and read with 20 rules asked of every row."""
    tables = new_tables(spark)
    make_rows(spark, 500_000, numbers=37, texts=10).write.format("delta").saveAsTable(tables.name("rows"))
    rows, spec = tables.read("rows"), benchmark_spec(rules=20)
    ledger = Ledger("at", "timestamp")
    arrival = Arrival(1, NOW, NOW, ledger.from_time(NOW + timedelta(days=1)))
    judged = rows.withColumn("reasons", quarantine_reasons(rows_feed(spec), rows.schema, ledger, arrival))
    bare, asked = [], []
    for _ in range(5):
        bare.append(seconds(rows.write.format("noop").mode("overwrite").save))
        asked.append(seconds(judged.write.format("noop").mode("overwrite").save))
    drop(tables)
    what = f"{len(spec.quality.rules)} rules on 500,000 rows x {len(rows.columns)} columns, beside the bare scan"
    return [Measure(what, f"{min(bare):.2f} s", f"{min(asked):.2f} s", min(asked) / min(bare), 2.5)]


PARTS = {"size": size, "keys": keys, "history": history, "tiny": tiny, "rules": rules}


def main() -> None:
    """Runs the parts, and ends with 1 when a ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all when left out")
    chosen = parser.parse_args().parts or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as folder:
        spark = start_spark(Path(folder), persistent=False)
        own = {key: spark.conf.get(key) for key in _ON_A_CLUSTER}
        measures = []
        for name in chosen:
            for key, value in (own if name == "tiny" else _ON_A_CLUSTER).items():
                spark.conf.set(key, str(value))
            print(f"{name}: {PARTS[name].__doc__}", flush=True)
            measures += PARTS[name](spark)
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    finish("Ingestion", "make bench", machine, measures, whole=set(chosen) == set(PARTS))


if __name__ == "__main__":
    main()

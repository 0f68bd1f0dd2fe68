"""What counting a batch for drift costs, as ratios of one run on this machine.

    PYTHONPATH=src python benchmarks/drift.py [scan columns accuracy peers]

Without names of parts all but `peers` are run (about three minutes on 2 cores). `peers` builds throw-away environments
of Evidently and NannyML, 2 GB, and runs them on the same million rows.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from scipy import stats
from shared.own_drift import count, open_session, references_of, spec_of
from shared.peer_environment import OWN, ask_peer, build_peer, run_alone
from shared.result import Measure, finish

from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import numeric_edges
from retraining.rules.drift.distances import kolmogorov_smirnov, shares, wasserstein
from retraining.rules.drift.profile import numeric_profile, profile_doubles

ROUNDS = 3


def made_rows(spark: SparkSession, folder: Path, rows: int, columns: int) -> DataFrame:
    """Normal columns in Parquet, of 28 days."""
    place = str(folder / f"{rows}x{columns}")
    normal = [F.randn(seed).alias(f"x{seed}") for seed in range(columns)]
    day = F.date_from_unix_date((F.col("id") * 28 / rows).cast("int")).alias("day")
    spark.range(rows).select(day, *normal).write.parquet(place)
    return spark.read.parquet(place)


def seconds(action: Callable[[], object]) -> float:
    """How long it takes at best."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        took.append(time.perf_counter() - started)
    return min(took)


def scan(spark: SparkSession, folder: Path) -> list[Measure]:
    """5,000,000 x 20: profiles of 28 days and every distance, beside the sum of all columns of the same Parquet."""
    spec, measured = spec_of(20), {}
    frames = {rows: made_rows(spark, folder, rows, 20) for rows in (1_000_000, 5_000_000)}
    references = references_of(spec, frames[1_000_000].drop("day").limit(100_000).toPandas())
    for rows, frame in frames.items():
        bare = seconds(lambda read=frame: read.agg(*(F.sum(name) for name in spec.columns.numeric)).collect())
        ours = seconds(lambda read=frame: count(read, spec, references))
        measured[rows] = bare, ours, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (_, _, small), (bare, ours, large) = measured.values()
    return [
        Measure("5,000,000 rows x 20, beside a scan that sums", f"{bare:.1f} s", f"{ours:.1f} s", ours / bare, 4.0),
        Measure(
            "driver memory, 5,000,000 rows beside 1,000,000", f"{small:.0f} MB", f"{large:.0f} MB", large / small, 1.1
        ),
    ]


def columns(spark: SparkSession, folder: Path) -> list[Measure]:
    """200 columns beside 20 of the same 500,000 rows."""
    took = []
    for number in (20, 200):
        spec, rows = spec_of(number), made_rows(spark, folder, 500_000, number)
        references = references_of(spec, rows.drop("day").limit(20_000).toPandas())
        took.append(seconds(lambda spec=spec, rows=rows, known=references: count(rows, spec, known)))
    few, many = took
    what = "200 columns of 500,000 rows, time per column beside 20 columns"
    return [Measure(what, f"{few / 20:.3f} s", f"{many / 200:.3f} s", many / few / 10, 1.2)]


def accuracy(_: SparkSession, __: Path) -> list[Measure]:
    """A million values a side: what 100 bins say beside exact scipy. The ratio is the error over what is allowed."""
    found = []
    for name, before, now in _shapes(np.random.default_rng(1), 1_000_000):
        edges = np.array(numeric_edges(before))
        one, other = (numeric_profile(*profile_doubles(each, bin_finder(edges), 0.0)) for each in (before, now))
        counts, sums = np.array([one.counts, other.counts]), np.array([one.sums, other.sums])
        area = float(wasserstein(edges, counts[0], sums[0], counts[1], sums[1]))
        exact = stats.wasserstein_distance(before, now)
        ks, exact_ks = float(kolmogorov_smirnov(*shares(counts))), stats.ks_2samp(before, now, method="asymp").statistic
        off = abs(area - exact) / before.std()
        found.append(
            Measure(f"{name}: Wasserstein, 1 % of the deviation", f"{exact:.4f}", f"{area:.4f}", off / 0.01, 1)
        )
        found.append(Measure(f"{name}: KS, 0.01", f"{exact_ks:.4f}", f"{ks:.4f}", abs(ks - exact_ks) / 0.01, 1))
    return found


def _shapes(random: np.random.Generator, rows: int) -> list[tuple[str, np.ndarray, np.ndarray]]:
    zeros = random.random((2, rows)) < 0.4
    inflated = np.where(zeros, 0.0, random.exponential(size=(2, rows)))
    bimodal = random.normal(size=(2, rows)) + 6 * (random.random((2, rows)) < 0.4)
    return [
        ("normal", random.normal(size=rows), random.normal(0.1, 1.1, rows)),
        ("lognormal", random.lognormal(size=rows), random.lognormal(0.1, 1.0, rows)),
        ("Pareto", random.pareto(3, rows), random.pareto(2.8, rows)),
        ("bimodal", bimodal[0], bimodal[1] + 0.1),
        ("zero-inflated", inflated[0], inflated[1] * 1.1),
    ]


def peers(spark: SparkSession, folder: Path) -> list[Measure]:
    """1,000,000 x 20 a side, session start aside: our fit of the references, then our count of a batch, Evidently's
    default preset and NannyML's Jensen-Shannon, Kolmogorov-Smirnov and Wasserstein, each in a process of its own."""
    sides = [str(folder / side / "1000000x20") for side in ("before", "now")]
    for side in ("before", "now"):
        made_rows(spark, folder / side, 1_000_000, 20)
    known = str(folder / "references")
    asked = [("fit", sides[0], known), ("count", known, *sides)]
    runs = [json.loads(run_alone(Path(sys.executable), OWN, *each)) for each in asked]
    ours = {"seconds": sum(each["seconds"] for each in runs), "megabytes": max(each["megabytes"] for each in runs)}
    found = []
    for name, least in (("Evidently", 10.0), ("NannyML", 2.0)):
        theirs = json.loads(ask_peer(build_peer(folder, name.lower()), "time", name.lower(), *sides))
        ratio = ours["seconds"] / theirs["seconds"]
        what = f"1,000,000 x 20 beside {name}, {least:g} times faster"
        found.append(Measure(what, f"{theirs['seconds']:.1f} s", f"{ours['seconds']:.1f} s", ratio, 1 / least))
        most = ours["megabytes"] / theirs["megabytes"]
        what = f"the same, peak memory of all processes beside {name}"
        found.append(Measure(what, f"{theirs['megabytes']:.0f} MB", f"{ours['megabytes']:.0f} MB", most, 1.0))
    return found


PARTS = {"scan": scan, "columns": columns, "accuracy": accuracy, "peers": peers}


def main() -> None:
    """Runs the parts, and ends with 1 when a ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}")
    chosen = parser.parse_args().parts or [name for name in PARTS if name != "peers"]
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as folder:
        spark = open_session(Path(folder, "state"))
        measures = []
        for name in chosen:
            print(f"{name}: {PARTS[name].__doc__}", flush=True)
            measures += PARTS[name](spark, Path(folder) / name)
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    finish("Drift", f"python benchmarks/drift.py {' '.join(chosen)}", machine, measures, whole="peers" not in chosen)


if __name__ == "__main__":
    sys.exit(main())

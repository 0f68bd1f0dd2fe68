"""`make test-faults`: kills of ingestion, of promotion and of every job, and interleavings of both protocols. Exits 1
unless nothing was lost, nothing repeated, no watermark wrong, every champion the one that was decided on, whole and
alone, and every command that was started again after a kill ended with exit code 0.

Usage: python -m tests.faults [--part all|ingestion|promotion|jobs] [--kills 30] [--at-each-point 3]
                              [--interleavings 10000] [--seed 1]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession
from tests.faults.jobs.kills import faults_of as faults_of_jobs
from tests.faults.jobs.kills import kill_jobs
from tests.faults.jobs.kills import kills_of as kills_of_jobs
from tests.faults.jobs.kills import table_of as table_of_jobs
from tests.faults.kills import Tallies, faults_of, kill_everywhere, kills_of, table_of
from tests.faults.promotion.kills import faults_of as faults_of_promotion
from tests.faults.promotion.kills import kill_everywhere as kill_everywhere_of_promotion
from tests.faults.promotion.kills import table_of as table_of_promotion
from tests.faults.promotion.life import travel_by_value
from tests.faults.promotion.protocol import BEGINNINGS, explore, wander
from tests.faults.protocol import run_interleavings

from local_workspace.engines.mlflow_server import start_mlflow_server
from local_workspace.engines.spark_session import start_spark, stop_spark
from retraining.failpoints import INGEST


def main() -> int:
    """Runs what is asked for and says what came of it."""
    asked = _arguments()
    failed = [part(asked) for name, part in PARTS.items() if asked.part in (name, "all")]
    return max(failed)


def ingestion(asked: argparse.Namespace) -> int:
    """Rows and watermarks. Returns 1 when anything did not hold."""
    started = time.monotonic()
    say(f"Interleavings of the protocol, in memory: {asked.interleavings:,} ...")
    counted = run_interleavings(asked.interleavings)
    say(f"{counted.examples:,} interleavings with {counted.steps:,} steps kept every invariant.\n")
    tallies = kill(asked)
    faults = faults_of(tallies)
    missed = [point for point in INGEST if point not in tallies or not tallies[point].kills]
    say(f"\n{table_of(tallies)}\n")
    for sentence in [*faults.other[:20], *(f"{point} was never reached" for point in missed)]:
        say(f"  {sentence}")
    say(
        f"{kills_of(tallies)} kills ({sum(tally.met for tally in tallies.values())} reruns met a commit of the dead) "
        f"and {counted.examples:,} interleavings: {faults.lost} rows lost, {faults.repeated} repeated, "
        f"{faults.watermark} watermark errors, {len(faults.other) + len(missed)} other errors. "
        f"{(time.monotonic() - started) / 60:.0f} minutes."
    )
    return int(bool(faults) or bool(missed))


def promotion(asked: argparse.Namespace) -> int:
    """Champions and versions. Returns 1 when anything did not hold."""
    started = time.monotonic()
    say(f"Interleavings of promotion, in memory: {', '.join(EVERYBODY)} ...")
    wandered = [wander(each, EVERYBODY, asked.interleavings // 2, asked.seed) for each in BEGINNINGS.values()]
    explored = [explore(each, pair, kills=1) for each in BEGINNINGS.values() for pair in PAIRS]
    say(
        f"{sum(each.moments for each in explored):,} moments, which are all that {len(PAIRS)} pairs with a kill lead "
        f"to, and {sum(each.moments for each in wandered):,} of {asked.interleavings:,} orders of everybody kept every "
        f"invariant.\n"
    )
    with _engines() as spark:
        tallies = kill_everywhere_of_promotion(spark, asked.at_each_point, _tell)
    faults = faults_of_promotion(tallies)
    missed = [str(each) for each, tally in tallies.items() if tally.kills < asked.at_each_point]
    say(f"\n{table_of_promotion(tallies)}\n")
    for sentence in [*faults.said[:20], *(f"{each} was reached too seldom" for each in missed)]:
        say(f"  {sentence}")
    say(
        f"{sum(each.kills for each in tallies.values())} kills: {faults.wrong_champion} wrong champions, {faults.torn} "
        f"torn, {faults.duplicates} duplicate versions, {faults.orphans} orphans, {faults.other + len(missed)} other "
        f"errors. {(time.monotonic() - started) / 60:.0f} minutes."
    )
    return int(bool(faults) or bool(missed))


def jobs(asked: argparse.Namespace) -> int:
    """Every job of the bundle, at random moments. Returns 1 when anything did not hold."""
    started = time.monotonic()
    say(f"Kills of every job at random moments: about {asked.kills or 160} ...")
    with _engines() as spark:
        tallies = kill_jobs(spark, asked.seed, asked.kills or 160, _tell)
    faults = faults_of_jobs(tallies)
    missed = [name for name, tally in tallies.items() if not tally.kills]
    say(f"\n{table_of_jobs(tallies)}\n")
    for sentence in [*faults.said[:20], *(f"{name} was always faster than its kills" for name in missed)]:
        say(f"  {sentence}")
    say(
        f"{kills_of_jobs(tallies)} kills: {faults.lost} lost, {faults.repeated} repeated, {faults.torn} torn, "
        f"{faults.wrong_exits} wrong exits. {(time.monotonic() - started) / 60:.0f} minutes."
    )
    return int(bool(faults))


@contextmanager
def _engines() -> Iterator[SparkSession]:
    """Spark and an MLflow server, both in a folder of their own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        travel_by_value()
        spark = start_spark(Path(folder), persistent=False)
        try:
            with start_mlflow_server(Path(folder)):
                yield spark
        finally:
            stop_spark(spark)


def kill(asked: argparse.Namespace) -> Tallies:
    """The kills, counted while they go on."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        spark = start_spark(Path(folder), persistent=False)
        try:
            return kill_everywhere(spark, asked.seed, asked.at_each_point, asked.kills or 100, _tell)
        finally:
            stop_spark(spark)


def _tell(kills: int) -> None:
    sys.stdout.write(f"\r{kills} kills")
    sys.stdout.flush()


def say(text: str) -> None:
    """One line on the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--part", choices=["all", *PARTS], default="all")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--at-each-point", type=int, default=3)
    parser.add_argument("--interleavings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


PARTS = {"ingestion": ingestion, "promotion": promotion, "jobs": jobs}
EVERYBODY = ("promoter a", "promoter b", "rollback", "human moves")
PAIRS = [("promoter a", other) for other in ("promoter b", "rollback", "human moves", "human deletes")]


if __name__ == "__main__":
    sys.exit(main())

"""`make test-faults`: kills of ingestion and interleavings of its protocol. Exits 1 unless nothing was lost, nothing
repeated, and no watermark wrong.

Usage: python -m tests.faults [--kills 100] [--at-each-point 3] [--interleavings 10000] [--seed 1]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.kills import Harness, faults_of, kill_everywhere, kills_of, table_of
from tests.faults.protocol import run_interleavings

from local_workspace.engine import start_spark, stop_spark
from retraining.failpoints import POINTS


def main() -> int:
    """Runs both parts and says what came of them."""
    asked = _arguments()
    started = time.monotonic()
    say(f"Interleavings of the protocol, in memory: {asked.interleavings:,} ...")
    counted = run_interleavings(asked.interleavings)
    say(f"{counted.examples:,} interleavings with {counted.steps:,} steps kept every invariant.\n")
    harness = kill(asked)
    faults = faults_of(harness)
    say(f"\n{table_of(harness)}\n")
    for sentence in faults.other[:20]:
        say(f"  {sentence}")
    missed = [point for point in POINTS if not harness.tallies[point].kills]
    for point in missed:
        say(f"  {point} was never reached")
    say(
        f"{kills_of(harness)} kills in {harness.lives} sources, {harness.met} reruns met a commit of the dead: "
        f"{faults.lost} rows lost, {faults.repeated} repeated, {faults.watermark} watermark errors, "
        f"{len(faults.other) + len(missed)} other errors; {counted.examples:,} interleavings; "
        f"{(time.monotonic() - started) / 60:.0f} minutes."
    )
    return int(bool(faults) or bool(missed))


def kill(asked: argparse.Namespace) -> Harness:
    """The kills, with a mark for each."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        spark = start_spark(Path(folder), persistent=False)
        try:
            for harness in kill_everywhere(spark, asked.seed, asked.at_each_point, asked.kills):
                sys.stdout.write(f"\r{kills_of(harness)} of {asked.kills} kills")
                sys.stdout.flush()
        finally:
            stop_spark(spark)
    say("")
    return harness


def say(text: str) -> None:
    """One line on the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--at-each-point", type=int, default=3)
    parser.add_argument("--interleavings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

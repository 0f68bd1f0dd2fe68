"""Runs in a peer's own environment: python drift_peers.py <evidently | nannyml> <reference parquet> <current parquet>.

Prints seconds (reading aside) and peak megabytes as JSON.
"""

import json
import resource
import sys
import time

import pandas as pd


def evidently(before: pd.DataFrame, now: pd.DataFrame) -> None:
    """The default preset."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    Report([DataDriftPreset()]).run(reference_data=before, current_data=now)


def nannyml(before: pd.DataFrame, now: pd.DataFrame) -> None:
    """Three of its distances of every column, one chunk."""
    import nannyml

    calculator = nannyml.UnivariateDriftCalculator(
        column_names=list(before.columns),
        continuous_methods=["jensen_shannon", "kolmogorov_smirnov", "wasserstein"],
        chunk_number=1,
    )
    calculator.fit(before)
    calculator.calculate(now)


def main(name: str, before: str, now: str) -> None:
    """Times one of them."""
    frames = [pd.read_parquet(each).drop(columns="day") for each in (before, now)]
    started = time.perf_counter()
    {"evidently": evidently, "nannyml": nannyml}[name](*frames)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "megabytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What a panel of series costs, as ratios of one run on this machine.

    PYTHONPATH=src python benchmarks/forecast.py [fit nightly update memory] [--series 1000]

--series: of the parts fit and nightly; update has ten times and memory a hundred times as many. docs/benchmarks.md is
written again where all parts are run.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from shared.as_on_a_cluster import AS_ON_A_CLUSTER
from shared.made_panels import BREAKS, FIRST, HORIZON, made_points, panel
from shared.peak_memory import peak_of_tree
from shared.result import Measure, finish
from statsforecast.models import AutoETS

from local_workspace.engines.spark_session import start_spark
from retraining.forecasting.buckets import forecast_bucket
from retraining.steps.panel.fan_out import by_bucket
from retraining.steps.panel.fit_panel import ACTION, acted
from retraining.steps.panel.follow_panel import forecast_schema, in_buckets, no_models
from retraining.steps.panel.series_rows import SeriesRows

CORES = 2
MONTHS = 72
BEFORE = 60
"""Months that the first fit knows; the night brings those after them, and the horizon follows."""


@dataclass(frozen=True)
class Bench:
    """One session and a folder; each method is a part and returns its ratios."""

    spark: SparkSession
    folder: Path
    series: int

    def fit(self) -> list[Measure]:
        """A search for the model of every series, beside one process of statsforecast."""
        rows = panel(self._points(self.series), self.series, BEFORE)
        values = rows.frame.toPandas().sort_values(["series", "step"]).groupby("series")["value"]
        started = time.perf_counter()
        for _, own in values:
            AutoETS(season_length=12).fit(own.to_numpy(np.float64))
        peer = time.perf_counter() - started

        ours = self._timed(lambda: self._write(self._fitted(rows), "fitted"))
        ratio = 0.85 * CORES * ours / peer
        what = f"respecify, {self.series:,} series: 0.85 x {CORES} x the rate of one process of statsforecast / ours"
        return [Measure(what, f"{self.series / peer:.1f} a second", f"{self.series / ours:.1f} a second", ratio, 1.0)]

    def nightly(self) -> list[Measure]:
        """2 % of the series are fitted again, all others take in their new points, and all are forecast."""
        points = self._points(self.series)
        before = self._write(self._fitted(panel(points, self.series, BEFORE)), "before")
        rows = panel(points, self.series, MONTHS)

        def fit_all() -> DataFrame:
            return self._write(self._ahead(rows, self._write(self._fitted(rows), "again")), "full")

        broken = F.substring("series", 3, 6).cast("int") % BREAKS == 0
        wanted = before.withColumn(ACTION, F.when(broken, "respecify").otherwise("update_state"))

        def fit_few() -> DataFrame:
            after = self._write(acted(rows, in_buckets(rows, wanted)), "night")
            return self._write(self._ahead(rows, after), "few")

        every = self._timed(fit_all)
        night = self._timed(fit_few)
        full = self._error("full")
        few = self._error("few")
        what = f"A night with 2 % refits, {self.series:,} series: time / fitting all"
        return [
            Measure(what, f"{every:.0f} s", f"{night:.0f} s", night / every, 0.1),
            Measure("Its mean absolute error / that of fitting all", f"{full:.3f}", f"{few:.3f}", few / full, 1.01),
        ]

    def update(self) -> list[Measure]:
        """New points are taken in and all series are forecast, beside reading and writing the state."""
        series = 10 * self.series
        rows, models = self._copies(series)
        moved = self._timed(lambda: self._write(models, "moved"))

        def follow() -> DataFrame:
            return self._write(self._ahead(rows, self._write(self._updated(rows, models), "after")), "ahead")

        ours = self._timed(follow)
        what = f"update_state and forecast, {series:,} series / reading and writing their state"
        return [Measure(what, f"{moved:.1f} s", f"{ours:.1f} s", ours / moved, 3.0)]

    def memory(self) -> list[Measure]:
        """Ten times as many series need no more memory, and no more time each."""
        found = []
        for series in (10 * self.series, 100 * self.series):
            copies = self._copies(series)
            with peak_of_tree() as peak:
                started = time.perf_counter()
                self._write(self._updated(*copies), "many")
                seconds = time.perf_counter() - started
            found.append((series, peak[0], 1000 * seconds / series))
        (few, low, short), (many, high, long) = found
        what = f"update_state of {many:,} series: memory / of {few:,}"
        return [
            Measure(what, f"{low:.0f} MB", f"{high:.0f} MB", high / low, 1.1),
            Measure("The same: time of each series", f"{short:.2f} ms", f"{long:.2f} ms", long / short, 1.2),
        ]

    def _points(self, series: int) -> DataFrame:
        made = made_points(self.spark, series, MONTHS + HORIZON, break_at=BEFORE)
        return self._write(made, f"points-{series}")

    def _fitted(self, rows: SeriesRows) -> DataFrame:
        keys = rows.frame.select("series").distinct()
        empty = no_models(rows).drop("series", "bucket")
        nulls = (F.lit(None).cast(each.dataType).alias(each.name) for each in empty.schema)
        return acted(rows, in_buckets(rows, keys.select("series", *nulls, F.lit("respecify").alias(ACTION))))

    def _updated(self, rows: SeriesRows, models: DataFrame) -> DataFrame:
        return acted(rows, in_buckets(rows, models.withColumn(ACTION, F.lit("update_state"))))

    def _ahead(self, rows: SeriesRows, models: DataFrame) -> DataFrame:
        bucket = rows.bucket
        own = rows.frame.where(F.col("step") >= rows.origin - 2 * bucket.plan.season_length)

        def work(own: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
            return forecast_bucket(own, models, bucket)

        schema = forecast_schema(bucket.plan.levels)
        return by_bucket(replace(rows, frame=own), in_buckets(rows, models), work, schema)

    def _copies(self, series: int) -> tuple[SeriesRows, DataFrame]:
        """Points of many series, and models of a few of them under the others' keys: a fit of each would take hours."""
        few = min(200, self.series)
        fitted = self._write(self._fitted(panel(self._points(few), few, BEFORE)), "few-fitted")
        number = F.substring("series", 3, 6).cast("int")
        key = F.format_string('["%06d"]', "id").alias("key")
        keys = self.spark.range(series).select(key, (F.col("id") % few).alias("of"))
        models = fitted.withColumn("of", number).join(keys, "of").withColumn("series", F.col("key")).drop("key", "of")
        return panel(self._points(series), series, MONTHS), self._write(models, f"models-{series}")

    def _error(self, name: str) -> float:
        ahead = self.spark.read.parquet(str(self.folder / name)).withColumn("step", F.col("origin") + F.col("step"))
        points = self.spark.read.parquet(str(self.folder / f"points-{self.series}"))
        actual = points.where(F.col("step") >= FIRST + MONTHS).select("series", "step", "value")
        both = ahead.drop("time").join(actual, ["series", "step"])
        return float(both.agg(F.avg(F.abs(F.col("value") - F.col("forecast")))).collect()[0][0])

    def _write(self, frame: DataFrame, name: str) -> DataFrame:
        path = str(self.folder / name)
        frame.write.mode("overwrite").parquet(path)
        return self.spark.read.parquet(path)

    def _timed(self, work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started


PARTS = ("fit", "nightly", "update", "memory")


def main() -> None:
    """Runs the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=PARTS)
    parser.add_argument("--series", type=int, default=1000)
    asked = parser.parse_args()
    chosen = asked.parts or PARTS
    with tempfile.TemporaryDirectory() as folder:
        spark = start_spark(Path(folder, "state"), persistent=False)
        for name, value in AS_ON_A_CLUSTER.items():
            spark.conf.set(name, value)
        bench = Bench(spark, Path(folder), asked.series)
        measures = [measure for part in chosen for measure in getattr(bench, part)()]
        spark.stop()
    machine = f"{CORES} cores, {pd.Timestamp.now():%Y-%m-%d}"
    whole = tuple(chosen) == PARTS and asked.series >= 1000
    finish("forecast", "python benchmarks/forecast.py", machine, measures, whole)


if __name__ == "__main__":
    main()

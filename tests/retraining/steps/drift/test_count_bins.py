"""Counting on Spark gives what counting here gives, and the rows of a measurement survive their tables."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from pyspark import cloudpickle
from pyspark.sql import functions as F

import retraining
from retraining.adapters.tables.ledgers_of_model import (
    append_rows,
    next_seq,
    read_references,
    read_rows,
)
from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.batch_verdict import judge_batch
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec
from retraining.steps.drift.compare_batch import compare_batch, evaluation_of
from retraining.steps.drift.count_bins import count_bins
from retraining.steps.drift.profile_batch import BatchProfiles

SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x, a b], categorical: [c] }
recipe: recipes.ridge.pipeline
schedule: daily
"""
NOW = datetime(2013, 6, 1, tzinfo=UTC)
RUN = Run("1", "attempt", "abc", NOW, NOW, lambda: 0.0)


@pytest.fixture(autouse=True)
def _travels_by_value():
    """As open_stage does for every stage: a worker cannot import the product."""
    cloudpickle.register_pickle_by_value(retraining)


@pytest.fixture
def spec():
    return parse_spec(SPEC, "specs/toy.yml")


def features(rows: int, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": random.normal(5.0, 1.0, rows),
            "a b": random.integers(0, 3, rows).astype(float),
            "c": random.choice(["EWR", "JFK", "LGA"], rows),
        }
    )


def fitted(spec, frame: pd.DataFrame, version: str = "4", seq: int = 1) -> tuple[DriftReference, ...]:
    return fit_references(spec, TrainingRows(frame, 2 * frame["x"], frame["x"], None), 7, version, seq, RUN)


def batch_of(spark, frame: pd.DataFrame, parts: int = 3):
    text = frame["c"].astype(object).where(frame["c"].notna(), None)
    known = frame.assign(c=text, **{PREDICTION: 2 * frame["x"], LABEL: frame["x"]})
    return spark.createDataFrame(known).repartition(parts)


def counted(rows, references, batch=None, day=None):
    """By batch and day. By default all rows are one batch without days."""
    none = F.lit(None).cast("date")
    return count_bins(rows, references, F.lit(2) if batch is None else batch, none if day is None else day)


def measured(spec, rows, references):
    days = counted(rows, references)
    now = {
        each.column_name: {day: found[place] for (_, day), found in days.items()}
        for place, each in enumerate(references)
    }
    metrics = compare_batch(spec, references, BatchProfiles(now, {}), evaluation_of(references, "e", 2, 1), RUN)
    return metrics, judge_batch(metrics, spec.drift)


def test_the_rows_of_the_reference_are_counted_as_the_fit_counted_them(spark, spec):
    frame = features(1000)
    frame.loc[:9, "x"] = [math.nan, math.inf, -math.inf, 1e300, *[math.nan] * 6]
    frame.loc[:4, "c"] = None
    references = fitted(spec, frame)
    (found,) = counted(batch_of(spark, frame), references).values()

    for profile, reference in zip(found, references, strict=True):
        assert (profile.counts, profile.missing, profile.rows) == (reference.counts, reference.nulls, 1000)
        assert profile.sums == pytest.approx(reference.sums)


def test_batches_and_days_are_counted_apart_and_add_up(spark, spec):
    frame = features(900, seed=2).assign(
        day=[date(2013, 1, 1 + row % 5) for row in range(900)], batch=np.arange(900) // 450
    )
    references, rows = fitted(spec, features(1000)), batch_of(spark, frame)
    by_day = counted(rows, references, F.col("batch"), F.col("day"))
    (whole,) = counted(rows, references).values()

    assert sorted(by_day) == [(batch, date(2013, 1, day)) for batch in (0, 1) for day in range(1, 6)]
    assert {each[0].rows for each in by_day.values()} == {90}
    for place in range(len(references)):
        together = merge_profiles(each[place] for each in by_day.values())
        assert (together.counts, together.minimum) == (whole[place].counts, whole[place].minimum)
        assert together.squares == pytest.approx(whole[place].squares)
    chosen = frame[(frame["day"] == date(2013, 1, 2)) & (frame["batch"] == 1)]
    (alone,) = counted(batch_of(spark, chosen), references).values()
    assert [each.counts for each in by_day[1, date(2013, 1, 2)]] == [each.counts for each in alone]


def test_rows_without_a_day_are_counted_apart(spark, spec):
    rows = batch_of(spark, features(10).assign(number=range(10)))
    day = F.when(F.col("number") < 4, F.lit(date(2013, 1, 1)))

    assert {key: each[0].rows for key, each in counted(rows, fitted(spec, features(100)), day=day).items()} == {
        (2, None): 6,
        (2, date(2013, 1, 1)): 4,
    }


def test_nulls_and_nans_are_counted_apart(spark, spec):
    rows = spark.createDataFrame([(1.0, None), (float("nan"), "EWR"), (None, "XXX")], "x double, c string").selectExpr(
        "x", "x as `a b`", "c", "x as `:prediction`", "x as `:label`"
    )
    ((x, _, c, _, _),) = counted(rows, fitted(spec, features(100))).values()

    assert (x.nulls, x.nans, x.values) == (1, 1, 1)
    assert (c.nulls, c.counts[-1], c.unseen) == (1, 1, (("XXX", 1),))


def test_an_empty_batch_is_counted_and_judged(spark, spec):
    references = fitted(spec, features(500))
    metrics, verdict = measured(spec, batch_of(spark, features(1)).limit(0), references)

    assert [each.rows for each in metrics] == [0, 0, 0, 0, 0]
    assert verdict.verdict == "not_enough_data"


def test_text_in_a_numeric_column_is_missing(spark, spec):
    garbled = batch_of(spark, features(400)).withColumn("x", F.expr("try_cast('n/a' as double)"))
    metrics, verdict = measured(spec, garbled, fitted(spec, features(500)))

    assert (metrics[0].null_share, metrics[0].verdict) == (1, "drifted")
    assert (verdict.verdict, verdict.worst_column) == ("drifted", "x")


def test_a_batch_like_the_training_rows_is_stable(spark, spec):
    metrics, verdict = measured(spec, batch_of(spark, features(500, seed=2)), fitted(spec, features(1000)))

    assert [(each.column_name, each.verdict) for each in metrics] == [
        ("x", "stable"),
        ("a b", "stable"),
        ("c", "stable"),
        (PREDICTION, "stable"),
        (LABEL, "stable"),
    ]
    assert (verdict.verdict, verdict.drifted_columns) == ("stable", ())


def dirty(**columns) -> pd.DataFrame:
    return features(1000, seed=3).assign(**columns)


@pytest.mark.parametrize(
    ("batch", "worst"),
    [
        (dirty().assign(x=lambda rows: rows["x"].where(np.arange(1000) % 20 == 0)), "x"),
        (dirty().assign(x=lambda rows: rows["x"] * 1000), PREDICTION),
        (dirty(x=5.0), PREDICTION),
        (dirty(c=["SWF"] * 200 + ["EWR"] * 800), "c"),
        (dirty(**{"a b": 7.0}), "a b"),
    ],
    ids=["95 % missing", "another unit", "frozen", "new category", "new value"],
)
def test_a_dirty_batch_has_drifted(spark, spec, batch, worst):
    _, verdict = measured(spec, batch_of(spark, batch), fitted(spec, features(1000)))

    assert verdict.verdict == "drifted"
    assert worst in verdict.drifted_columns


def test_the_predictions_of_a_classification_are_counted_as_text(spark, spec):
    classes = ModelSpec.model_validate({**spec.model_dump(), "kind": "classification"})
    frame = features(500)
    references = fit_references(
        classes, TrainingRows(frame, frame["c"].to_numpy(), frame["c"].to_numpy(), None), 7, "4", 1, RUN
    )
    rows = batch_of(spark, frame).withColumn(PREDICTION, F.lit("SWF")).withColumn(LABEL, F.col("c"))
    metrics, verdict = measured(classes, rows, references)

    assert (metrics[-2].kind, metrics[-2].unseen_share, metrics[-2].unseen) == ("categorical", 1, ("SWF",))
    assert (verdict.verdict, verdict.drifted_columns) == ("drifted", (PREDICTION,))


def test_ten_rows_are_not_enough_data(spark, spec):
    _, verdict = measured(spec, batch_of(spark, dirty(x=1e9).head(10)), fitted(spec, features(1000)))

    assert (verdict.verdict, verdict.worst_column) == ("not_enough_data", None)


def test_a_version_without_references_is_not_compared(spark, spec):
    metrics = compare_batch(spec, (), BatchProfiles({}, {}), evaluation_of((), "e", 2, 1), RUN)

    assert judge_batch(metrics, spec.drift).verdict == "not_enough_data"


def test_labels_that_have_not_arrived_are_not_missing_values(spark, spec):
    late = batch_of(spark, features(500, seed=2)).withColumn(LABEL, F.lit(None).cast("double"))
    metrics, verdict = measured(spec, late, fitted(spec, features(1000)))

    assert (metrics[-1].column_name, metrics[-1].verdict, metrics[-1].null_share) == (LABEL, "not_enough_data", 0)
    assert verdict.verdict == "stable"


def test_the_previous_batch_is_compared_where_it_was_profiled(spark, spec):
    references = fitted(spec, features(1000))
    (now,), (before,) = (counted(batch_of(spark, features(500, seed)), references).values() for seed in (2, 3))
    by_name = [
        {each.column_name: {None: found} for each, found in zip(references, side, strict=True)}
        for side in (now, before)
    ]
    by_name[1].pop(PREDICTION)
    metrics = compare_batch(spec, references, BatchProfiles(*by_name), evaluation_of(references, "e", 2, 1), RUN)

    assert [each.column_name for each in metrics if each.against == "previous_batch"] == ["x", "a b", "c", LABEL]


def test_references_come_back_from_their_table_as_they_were(tables, spec):
    frame = features(300).assign(x=[math.inf, math.nan, *np.arange(298.0)])
    first, second = fitted(spec, frame, "4", 1), fitted(spec, features(300), "5", 2)
    append_rows(tables, "reference", first)
    append_rows(tables, "reference", second)

    assert read_references(tables, "toy", "4") == sorted(first, key=lambda row: row.column_name)
    assert {row.version for row in read_references(tables, "toy", "5")} == {"5"}
    assert read_references(tables, "toy", "6") == []
    assert next_seq(read_rows(tables, DriftReference, "toy")) == 3


def test_of_two_commits_of_one_version_the_first_counts(tables, spec):
    append_rows(tables, "reference", fitted(spec, features(300), "4", 1))
    append_rows(tables, "reference", fitted(spec, features(400), "4", 2))

    assert {row.rows for row in read_references(tables, "toy", "4")} == {300}


def test_metrics_come_back_from_their_table_as_they_were(spark, tables, spec):
    metrics, _ = measured(spec, batch_of(spark, dirty(c="SWF")), fitted(spec, features(1000)))
    append_rows(tables, "drift", metrics)
    append_rows(tables, "drift", [replace(each, seq=2, evaluation_id="later") for each in metrics])

    stored = [row for row in read_rows(tables, DriftMetric, "toy") if row.evaluation_id == "e"]
    assert sorted(stored, key=lambda row: row.column_name) == sorted(metrics, key=lambda row: row.column_name)
    assert len(read_rows(tables, DriftMetric, "toy")) == 2 * len(metrics)


@pytest.mark.classic
def test_many_columns_are_measured_in_one_job(spark):
    numeric = [f"n{number}" for number in range(6)]
    wide = parse_spec(
        SPEC.replace("numeric: [x, a b], categorical: [c]", f"numeric: [{', '.join(numeric)}], categorical: [c]"),
        "specs/toy.yml",
    )
    random = np.random.default_rng(5)
    frame = pd.DataFrame({name: random.normal(size=27_000) for name in numeric})
    frame = frame.assign(c=random.choice(["EWR", "JFK", "LGA"], 27_000))
    references = fit_references(wide, TrainingRows(frame, frame["n0"], frame["n0"], None), 7, "4", 1, RUN)
    rows = spark.createDataFrame(frame.assign(**{PREDICTION: frame["n0"], LABEL: frame["n0"]}))
    counted(rows, references)
    spark.sparkContext.setJobGroup("counting", "one measurement")
    (found,) = counted(rows, references).values()

    assert {each.rows for each in found} == {27_000}
    assert len(spark.sparkContext.statusTracker().getJobIdsForGroup("counting")) == 1


def test_what_comes_back_depends_on_columns_and_bins_only(spark, spec):
    references = fitted(spec, features(1000))
    (found,) = counted(batch_of(spark, features(5000)), references).values()

    assert all(isinstance(each, Profile) for each in found)
    assert [len(each.counts) for each in found] == [len(each.counts) for each in references]

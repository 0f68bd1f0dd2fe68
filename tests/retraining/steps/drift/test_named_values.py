"""Which values of a batch are named: counted on a worker, chunk by chunk and day by day, without a session."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from retraining.records.run import Run
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.rules.drift.profile import merge_profiles
from retraining.spec.read_spec import parse_spec
from retraining.steps.drift.compare_batch import compare_batch, evaluation_of
from retraining.steps.drift.count_batches import count_batches, to_arrow
from retraining.steps.drift.count_bins import bins_of, profile_of
from retraining.steps.drift.packed_rows import Chunk
from retraining.steps.drift.profile_batch import BatchProfiles, without_rare_names

SPEC = parse_spec(
    """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x], categorical: [c] }
recipe: recipes.ridge.pipeline
schedule: weekly
""",
    "specs/toy.yml",
)
NOW = datetime(2013, 6, 1, tzinfo=UTC)
RUN = Run("1", "attempt", "abc", NOW, NOW, lambda: 0.0)
FIRST = date(1970, 1, 1)


def frame(days: int, a_day: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = days * a_day
    c = random.choice(["EWR", "JFK", "LGA"], rows).astype(object)
    return pd.DataFrame({"x": random.normal(5.0, 1.0, rows), "c": c, "day": np.arange(rows) // a_day})


@pytest.fixture(scope="module")
def references():
    rows = frame(70, 60, seed=1)
    nothing = np.zeros(len(rows))
    features = rows[["x", "c"]]
    return fit_references(SPEC, TrainingRows(features, nothing, nothing, rows["day"].to_numpy()), 7, "4", 1, RUN)[:2]


def counted(references, rows: pd.DataFrame, chunks: int = 3):
    """The profiles by day, as the table gets them."""
    bins = [bins_of(reference) for reference in references]
    order = np.random.default_rng(0).permutation(len(rows))
    parts = [rows.iloc[places] for places in np.array_split(order, chunks)]
    read = [
        Chunk(np.vstack([np.ones(len(each)), each["day"], each["x"]]), None, (pa.array(each["c"], pa.string()),))
        for each in parts
    ]
    found: dict = {}
    for row in to_arrow(count_batches(bins, read)).to_pylist():
        key = (1, FIRST + timedelta(days=row["day"]))
        found.setdefault(key, [None, None])[row["part"]] = profile_of(bins[row["part"]], row)
    return without_rare_names({key: tuple(each) for key, each in found.items()})


def whole(references, rows: pd.DataFrame, chunks: int = 3):
    days = counted(references, rows, chunks)
    return [merge_profiles(each[place] for each in days.values()) for place in (0, 1)]


@pytest.mark.parametrize("chunks", [1, 3, 40])
def test_a_number_is_counted_where_each_day_and_each_chunk_has_few_rows_of_it(references, chunks):
    rows = frame(14, 60, seed=2)
    rows.loc[rows.index % 20 == 0, "x"] = -999.0

    assert whole(references, rows, chunks)[0].unseen == (("-999.0", 42),)


def test_without_a_change_no_number_is_named(references):
    assert whole(references, frame(14, 60, seed=2))[0].unseen == ()


def test_a_category_is_named_where_a_day_has_five_rows_of_it_or_the_batch_has_many(references):
    rows = frame(14, 60, seed=2)
    rows.loc[0, "c"] = "a person"
    rows.loc[60:64, "c"] = "new gate"
    rows.loc[rows.index % 30 == 29, "c"] = "SWF"

    days = counted(references, rows)
    assert {name for profiles in days.values() for name, _ in profiles[1].unseen} == {"new gate", "SWF"}
    assert whole(references, rows)[1].unseen == (("SWF", 28), ("new gate", 5))
    assert whole(references, rows)[1].counts[-1] == 34


def test_a_weekend_of_a_weekly_model_is_compared_as_two_days(references):
    both = counted(references, frame(2, 120, seed=3))
    now = {each.column_name: {day: found[at] for (_, day), found in both.items()} for at, each in enumerate(references)}
    evaluation = evaluation_of(references, "e", 1, 1)
    metrics = compare_batch(SPEC, references, BatchProfiles(now, {}), evaluation, RUN)
    few = compare_batch(SPEC, references[:1], BatchProfiles({"x": {FIRST: now["x"][FIRST]}}, {}), evaluation, RUN)

    assert [metric.verdict for metric in metrics] == ["not_enough_data", "not_enough_data"]
    assert metrics[0].reason.startswith("The batch has 2 days in a row where 7 are usual, ")
    assert few[0].reason == "120 rows in the batch; a verdict needs 200."

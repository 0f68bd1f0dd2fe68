"""The stream of a champion's errors: in order, each row once, whatever the batches."""

from decimal import Decimal

import numpy as np
import pyarrow as pa

from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.states import DETECTORS, from_json, to_json
from retraining.steps.performance.feed_detectors import feed_batches

FRESH = [to_json(kind()) for kind in DETECTORS.values()]


def arrow(at, errors):
    values = np.asarray(errors, dtype=float)
    return pa.RecordBatch.from_pydict(
        {"at": pa.array(at, pa.int64()), "error": pa.array(values), "loss": pa.array(values)}
    )


def fed(states, newest, *batches):
    return feed_batches(states, newest, batches).to_pylist()


def stream(seed=1):
    random = np.random.default_rng(seed)
    return np.concatenate([random.random(1000) < 0.1, random.random(1000) < 0.4]).astype(float)


def test_arrow_batches_are_one_stream():
    values = stream()
    whole = fed(FRESH, None, arrow(range(2000), values))
    parts = fed(FRESH, None, *(arrow(range(at, at + 100), values[at : at + 100]) for at in range(0, 2000, 100)))

    assert parts == whole
    assert [row["fed"] for row in whole] == [2000] * 4
    assert sum(bool(row["alarms"] and 1000 <= int(row["first_alarm"]) < 1400) for row in whole) >= 3


def test_a_later_batch_goes_on_where_the_one_before_ended():
    values = stream()
    first = fed(FRESH, None, arrow(range(1200), values[:1200]))
    then = fed([row["state"] for row in first], 1199, arrow(range(1199, 2000), values[1199:]))
    (ddm,) = [from_json(row["state"]) for row in then if isinstance(from_json(row["state"]), DDM)]

    assert ddm.seen == 1200 + 801
    assert {row["newest"] for row in then} == {"1999"}


def test_rows_older_than_what_was_fed_are_counted_and_left_out():
    late = fed(FRESH, 50, arrow([10, 20, 49, 50, 51], [1, 1, 1, 0, 0]), arrow([51, 52], [0, 1]))

    assert [(row["fed"], row["late"], row["newest"]) for row in late] == [(4, 3, "52")] * 4


def test_nothing_new_changes_nothing():
    assert [(row["state"], row["fed"], row["newest"]) for row in fed(FRESH, 7)] == [(state, 0, "7") for state in FRESH]
    assert {row["newest"] for row in fed(FRESH, 50, arrow([10], [1]))} == {"50"}


def test_a_decimal_of_30_digits_is_fed_in_order_and_named_exactly():
    whole = 123456789012345678901234567890
    values = pa.array([0.0, 1.0, 0.0])
    at = pa.array([Decimal(f"{whole + step}.25") for step in (-1, 0, 1)], pa.decimal128(38, 2))

    rows = fed(FRESH, Decimal(f"{whole}.25"), pa.RecordBatch.from_pydict({"at": at, "error": values, "loss": values}))

    assert {(row["fed"], row["late"], row["newest"]) for row in rows} == {(2, 1, "123456789012345678901234567891.25")}

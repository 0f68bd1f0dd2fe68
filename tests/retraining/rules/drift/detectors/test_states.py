"""A detector's JSON is all there is of it, and nothing else is taken for one."""

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.states import DETECTORS, from_json, to_json

named = pytest.mark.parametrize("kind", DETECTORS.values(), ids=list(DETECTORS))


def stream(seed):
    random = np.random.default_rng(seed)
    return np.concatenate([random.random(600) < 0.1, random.random(600) < 0.5]).astype(float)


def levels(detector, values):
    found = []
    for value in values.tolist():
        detector.update(value)
        found.append(detector.level)
    return found


@named
@given(seed=st.integers(0, 99), cut=st.integers(0, 1200))
@example(seed=1, cut=0)
@settings(max_examples=25, deadline=None)
def test_a_detector_that_was_stored_goes_on_as_if_it_had_not_been(kind, seed, cut):
    values, one = stream(seed), kind()
    levels(one, values[:cut])
    other = from_json(to_json(one))

    assert other == one
    assert levels(other, values[cut:]) == levels(one, values[cut:])
    assert other == one


@named
def test_every_value_of_a_stream_can_be_the_last_before_storing(kind):
    values, one, other = stream(3), kind(), kind()
    found = []
    for value in values.tolist():
        other = from_json(to_json(other))
        other.update(value)
        found.append(other.level)

    assert found == levels(one, values)
    assert "drift" in found


@named
@pytest.mark.parametrize("type_", [bool, int, np.float32, np.int64])
def test_numbers_of_any_type_give_the_same_state(kind, type_):
    one, other = kind(), kind()
    for value in stream(1).tolist():
        one.update(value)
        other.update(type_(value))

    assert to_json(other) == to_json(one)


@named
def test_a_fresh_state_is_json_that_others_can_read(kind):
    def refuse(constant):
        raise AssertionError(constant)

    said = json.loads(to_json(kind()), parse_constant=refuse)

    assert (said["algorithm"], said["algorithm_version"], said["last_alarm"]) == (kind.__name__, 1, None)


def test_a_number_that_json_does_not_have_is_not_stored():
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(DDM(least_share=float("inf")))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (('"DDM"', '"HDDM"'), "detector state of HDDM version 1; expected version 1 of DDM, EDDM, ADWIN, PageHinkley"),
        (('"DDM"', "[]"), r"detector state of \[\] version 1; expected version 1"),
        (('"algorithm_version": 1', '"algorithm_version": 2'), "DDM version 2; expected version 1"),
        (('"algorithm_version": 1', '"algorithm_version": true'), "DDM version True; expected version 1"),
        (('"algorithm_version": 1', '"algorithm_version": "1"'), "DDM version '1'; expected version 1"),
        (('"algorithm_version": 1, ', ""), "DDM version None; expected version 1"),
        (('"count": 0, ', ""), "detector state of DDM with fields"),
        (('"count"', '"counts"'), "detector state of DDM with fields .*'counts'.*; expected .*'count'"),
        (('"count": 0', '"count": null'), "detector state of DDM with count None; expected int"),
        (('"count": 0', '"count": -1'), "detector state of DDM with count -1; expected int"),
        (('"count": 0', '"count": 0.5'), "detector state of DDM with count 0.5; expected int"),
        (('"count": 0', '"count": true'), "detector state of DDM with count True; expected int"),
        (('"last_alarm": null', '"last_alarm": "7"'), r"with last_alarm '7'; expected int \| None"),
        (('"least_share": 1.0', '"least_share": NaN'), "with least_share nan; expected float"),
        (('"least_share": 1.0', '"least_share": Infinity'), "with least_share inf; expected float"),
        (('"least_share": 1.0', f'"least_share": {10**309}'), "with least_share 10+; expected float"),
        (('"least_share": 1.0', '"least_share": "1"'), "with least_share '1'; expected float"),
        (('"stable"', '"calm"'), "with level 'calm'; expected .*'stable', 'warning', 'drift'"),
    ],
)
def test_a_state_of_something_else_is_refused(wrong, message):
    text = to_json(DDM())
    assert wrong[0] in text

    with pytest.raises(ValueError, match=message):
        from_json(text.replace(*wrong))


@pytest.mark.parametrize("text", ["[]", "null", "7", '"DDM"', "", "DDM", '{"algorithm": "DDM"'])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(ValueError, match="a detector state is a JSON object, found"):
        from_json(text)


@pytest.mark.parametrize(
    "rows", ["[]", "[1]", "[[1]]", "[[[1.0]]]", '[[[1.0, "0"]]]', "[[[1.0, null]]]", f"[{[[1.0, 0.0]] * 6}]", "{}"]
)
def test_buckets_that_are_none_are_refused(rows):
    text = to_json(DETECTORS["ADWIN"]()).replace('"rows": [[]]', f'"rows": {rows}')

    with pytest.raises(ValueError, match=r"detector state of ADWIN with rows .*; expected list"):
        from_json(text)

"""The thresholds of drift: defaults, and what makes no sense."""

import pytest

from retraining.errors import SpecError
from retraining.spec.read_spec import parse_spec

SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


def parsed(drift: str = "{}"):
    return parse_spec(f"{SPEC}drift: {drift}", "specs/toy.yml")


def test_the_defaults_are_round_numbers():
    drift = parsed().drift

    assert (drift.numeric.measure, drift.numeric.threshold) == ("wasserstein", 0.1)
    assert (drift.categorical.measure, drift.categorical.threshold) == ("jensen_shannon", 0.1)
    assert (drift.min_rows, drift.max_drifted_share, dict(drift.weights)) == (200, 0.2, {})
    assert (drift.windows.within, drift.windows.at_least) == (3, 2)


def test_a_spec_needs_no_drift_section():
    assert parse_spec(SPEC, "specs/toy.yml") == parsed()


@pytest.mark.parametrize(
    "drift",
    [
        "{ numeric: { threshold: 0.2 } }",
        "{ numeric: { measure: population_stability_index, threshold: 0.25 } }",
        "{ categorical: { measure: l_infinity } }",
        "{ min_rows: 1 }",
        "{ max_drifted_share: 1 }",
        "{ weights: { x: 3 } }",
        "{ domain_classifier: true }",
        "{ detectors: [ADWIN] }",
        "{ detectors_agree: 1 }",
        "{ windows: { within: 5, at_least: 5 } }",
    ],
)
def test_each_threshold_can_be_set_and_changes_the_hash(drift):
    assert parsed(drift).hash != parsed().hash


@pytest.mark.parametrize(
    ("drift", "message"),
    [
        ("{ numeric: { threshold: 0 } }", "`drift.numeric.threshold`"),
        ("{ numeric: { measure: l_infinity } }", "`drift.numeric.measure`"),
        ("{ categorical: { measure: wasserstein } }", "`drift.categorical.measure`"),
        ("{ min_rows: 0 }", "`drift.min_rows`"),
        ("{ max_drifted_share: 0 }", "`drift.max_drifted_share`"),
        ("{ max_drifted_share: 1.1 }", "`drift.max_drifted_share`"),
        ("{ detectors: [HDDM] }", "`drift.detectors` has `HDDM`. Write ADWIN, DDM, EDDM or PageHinkley"),
        ("{ weights: { x: -1 } }", "`drift.weights.x`"),
        ("{ weights: { z: 1 } }", "drift.weights names columns that are not features: z"),
        ("{ windows: { at_least: 0 } }", "`drift.windows.at_least`"),
        ("{ windows: { within: 101 } }", "`drift.windows.within`"),
        ("{ windows: { within: 2, at_least: 3 } }", "at_least 3 is greater than within 2, so it is never met"),
        ("{ max_psi: 0.2 }", "unknown key `drift.max_psi`. Known here: categorical, detectors, detectors_agree,"),
        ("{ windows: { last: 3 } }", "unknown key `drift.windows.last`. Known here: at_least, within"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(drift, message):
    with pytest.raises(SpecError) as refused:
        parsed(drift)

    assert message in str(refused.value)

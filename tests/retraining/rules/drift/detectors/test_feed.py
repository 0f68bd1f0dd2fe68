"""A stream through several detectors at once, wherever that runs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retraining.rules.drift.detectors.adwin import ADWIN
from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.eddm import EDDM
from retraining.rules.drift.detectors.feed import feed
from retraining.rules.drift.detectors.page_hinkley import PageHinkley

SRC = Path(__file__).parents[5] / "src"


def test_errors_go_to_ddm_and_eddm_and_losses_to_the_others():
    detectors = {"a": DDM(), "b": EDDM(), "c": ADWIN(), "d": PageHinkley()}
    feed(detectors, np.array([1.0, 0.0, 1.0]), np.array([0.25, 0.5, 0.75]))

    assert (detectors["a"].errors, detectors["b"].errors) == (2, 2)
    assert (detectors["c"].rows[0], detectors["d"].mean) == ([(0.25, 0.0), (0.5, 0.0), (0.75, 0.0)], 0.5)


def test_places_of_alarms_count_from_the_first_value_of_the_call():
    values = np.repeat([0.0, 1.0], [10_000, 20])
    whole, parts = {"a": DDM(), "b": ADWIN()}, {"a": DDM(), "b": ADWIN()}
    found = feed(whole, values, values)
    feed(parts, values[:9_000], values[:9_000])
    later = feed(parts, values[9_000:], values[9_000:])

    assert found["a"] == [10_008]
    assert later == {name: [place - 9_000 for place in places] for name, places in found.items()}
    assert parts == whole


def test_no_values_and_no_detectors_are_no_alarms():
    assert feed({"a": DDM()}, np.zeros(0), np.zeros(0)) == {"a": []}
    assert feed({}, np.ones(3), np.ones(3)) == {}


def test_a_value_that_is_refused_ends_the_feed():
    detector = DDM()
    with pytest.raises(ValueError, match=r"found 0\.5"):
        feed({"a": detector}, np.array([1.0, 0.5, 1.0]), np.zeros(3))

    assert (detector.seen, detector.errors) == (1, 1)


def test_a_worker_needs_nothing_but_numpy():
    code = (
        "import sys; import retraining.rules.drift.detectors.feed; "
        "print(*sorted({'pyspark', 'pandas', 'scipy', 'pyarrow', 'mlflow', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SRC)}
    )

    assert done.stdout.strip() == ""

"""A stream of errors and losses through several detectors."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from retraining.rules.drift.detectors.ddm import DDM
from retraining.rules.drift.detectors.eddm import EDDM
from retraining.rules.drift.detectors.states import Detector

FloatArray = NDArray[np.float64]


def feed(detectors: Mapping[str, Detector], errors: FloatArray, losses: FloatArray) -> dict[str, list[int]]:
    """Updates the detectors in place, value by value in the given order: DDM and EDDM with errors (0 or 1), the others
    with losses, each of shape (values,). Returns the positions, from 0, at which each raised an alarm. Raises
    ValueError for a value that a detector refuses; the detectors have then taken what came before it and are to be
    thrown away.
    """
    return {
        name: _feed(detector, errors if isinstance(detector, DDM | EDDM) else losses)
        for name, detector in detectors.items()
    }


def _feed(detector: Detector, values: FloatArray) -> list[int]:
    alarms = []
    update = detector.update
    for place, value in enumerate(values.tolist()):
        update(value)
        if detector.level == "drift":
            alarms.append(place)
    return alarms

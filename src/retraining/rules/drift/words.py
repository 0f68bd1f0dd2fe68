"""What measures and columns are called in sentences."""

from retraining.records.drift_reference import LABEL, PREDICTION

_MEASURES = {
    "wasserstein": "Wasserstein distance in standard deviations",
    "jensen_shannon": "Jensen-Shannon distance in bits",
    "population_stability_index": "population stability index",
    "kolmogorov_smirnov": "Kolmogorov-Smirnov statistic",
    "total_variation": "total variation",
    "l_infinity": "greatest change of a share",
}


def name_of_measure(measure: str) -> str:
    """The measure with its unit."""
    return _MEASURES[measure]


def name_of_column(column: str) -> str:
    """A column between backticks; prediction and label have none."""
    return {PREDICTION: "the prediction", LABEL: "the label"}.get(column, f"`{column}`")

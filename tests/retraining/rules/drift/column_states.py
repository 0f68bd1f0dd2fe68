"""Columns of a newest batch beside their reference."""

from retraining.records.change import ColumnState


def column(name="x", verdict="drifted", distance=0.5, **fields):
    return ColumnState(name, verdict, distance, 0.1, **{"null_share": 0.0, "reference_null_share": 0.0, **fields})


def numeric(mean, spread, reference_mean, reference_spread, **fields):
    return column(
        **fields,
        mean=mean,
        standard_deviation=spread,
        reference_mean=reference_mean,
        reference_standard_deviation=reference_spread,
    )

"""Of all values of a metric, the one on the whole hold-out."""

from datetime import UTC, datetime

import pytest

from retraining.records.gate import GateResult
from retraining.rules.gate.checks import gated_error

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING = dict.fromkeys(("value", "lower", "upper", "threshold", "baseline_error", "correlation_days"), None)


def row(check: str, error: float | None, metric: str = "rmse", seq: int = 1) -> GateResult:
    known = {**NOTHING, "level": 0.95, "correlation": 0.0, "holdout_rows": 100, "holdout_blocks": 6, "at": NOW}
    texts = dict.fromkeys(("model", "retrain_key", "candidate_version", "sentence", "run_id", "attempt_id"), "1")
    texts |= {"champion_version": None, "holdout_from": None, "holdout_before": None}
    return GateResult(
        check=check,
        candidate_error=error,
        metric=metric,
        seq=seq,
        question="refresh",
        verdict="passed",
        **known,
        **texts,
    )


@pytest.mark.parametrize("name", ["gain", "guard_rmse", "reported_rmse", "adopted"])
def test_parts_of_the_rows_and_floors_do_not_stand_for_the_whole(name):
    checks = [row("gain", 9.0, "mae"), row(name, 1.0), row("floor_rmse", None), row("slice a=b", 2.0)]

    assert gated_error([*checks, row("forgetting", 3.0)], "rmse") == 1.0


def test_the_newest_verdict_counts():
    assert gated_error([row("gain", 1.0), row("gain", 2.0, seq=2)], "rmse") == 2.0


def test_what_was_not_measured_has_no_error():
    assert gated_error([row("gain", 1.0, "mae"), row("forgetting", 3.0)], "rmse") is None

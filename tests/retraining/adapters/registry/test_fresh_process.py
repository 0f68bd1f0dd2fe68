"""Requests reach the fresh process whatever brought them here."""

import pandas as pd

from retraining.adapters.registry.fresh_process import ask_fresh_process, fresh_process


def test_rows_with_the_metrics_of_a_query_over_spark_connect_are_asked_too(tmp_path):
    rows = pd.DataFrame({"x": [1.0]})
    rows.attrs["metrics"] = [object()]
    with fresh_process() as process:
        found = ask_fresh_process(process, tmp_path, rows)

    assert "MLmodel" in found.problem
    assert "metrics" in rows.attrs

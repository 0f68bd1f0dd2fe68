"""A batch table whose model cannot answer rows is refused in one sentence before Spark is asked anything."""

import pytest

from local_workspace.notebook.dbutils import DBUtils
from retraining.errors import SpecError
from retraining.open_batch import open_batch

NO_SPARK = None
PANEL = """
model: passengers
kind: forecast
source: { table: sales, keys: [id, month] }
columns: { label: sold }
forecast: { series: [id], time: month, frequency: monthly, horizon: 12 }
schedule: monthly
"""
BATCH = """
batch: sold
model: passengers
source: { table: sales, keys: [id, month] }
"""


def test_a_forecast_scores_no_batch_table(tmp_path):
    (tmp_path / "batches").mkdir()
    (tmp_path / "passengers.yml").write_text(PANEL, "utf-8")
    (tmp_path / "batches" / "sold.yml").write_text(BATCH, "utf-8")
    widgets = DBUtils({"batch": "sold", "catalog": "main", "schema": "retraining", "experiment": "/Shared/x"}, {}, {})

    with pytest.raises(SpecError, match=r"passengers is a forecast, which answers for series and not for rows"):
        open_batch(NO_SPARK, widgets, specs=tmp_path)

"""Two models that name one file of specs/sources: one ingestion, one watermark, one table of observations."""

from dataclasses import replace

import pytest

from retraining.errors import ContractError
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import read_spec

TEN, ELEVEN = "2013-01-31 10:00", "2013-01-31 11:00"
SOURCE = """
source: { table: toy_source, ledger_column: at, keys: [id] }
label_delay: 0
quality: { rules: [{ rule: in_range, column: x, max: 10 }] }
"""
MODEL = """
kind: regression
source: shop
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


@pytest.fixture
def specs(tmp_path) -> dict[str, ModelSpec]:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.yml").write_text(SOURCE)
    for model in ("first", "second"):
        (tmp_path / f"{model}.yml").write_text(f"model: {model}{MODEL}")
    return {model: read_spec(tmp_path, model) for model in ("first", "second")}


def test_what_one_model_has_ingested_is_not_read_again_for_the_other(loop, specs):
    first = replace(loop, spec=specs["first"])
    second = replace(loop, spec=specs["second"])
    loop.source_has([("a", TEN, 1.0, 1.0), ("b", TEN, 11.0, 1.0), ("c", TEN, 1.0, None)])

    report = first.ingest()
    again = second.ingest()
    loop.source_has([("d", ELEVEN, 1.0, 1.0)])
    later = second.ingest()

    assert (report.source, report.batch_seq, report.accepted, report.quarantined) == ("shop", 1, 1, 2)
    assert sorted(report.reasons) == ["label_missing", "x_in_range"]
    assert (again.source, again.batch_seq, again.read) == ("shop", 1, 0)
    assert (later.batch_seq, later.accepted) == (2, 1)
    assert [name for name in loop.written() if name.endswith("_observations")] == ["shop_observations"]


def test_an_error_about_the_columns_names_the_files_of_the_model_and_of_its_source(loop, specs):
    loop.source_has([("a", TEN, 1.0)], "id string, at timestamp, x double")

    with pytest.raises(ContractError, match=r"Correct specs/second.yml, specs/sources/shop.yml or the source\."):
        replace(loop, spec=specs["second"]).ingest()

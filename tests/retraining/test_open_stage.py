"""A notebook run by hand, or a job with odd parameters: refused in one sentence before Spark is asked anything."""

import os

import pytest

from local_workspace.notebook.dbutils import DBUtils
from retraining.errors import ParameterError, SpecError
from retraining.open_stage import new_salt, open_stage

GIVEN = {"model": "diabetes", "catalog": "main", "schema": "retraining", "experiment": "/Shared/retraining"}
NO_SPARK = None
FILES = """
model: meters
kind: regression
source: { mode: files, path: /data/in, format: json, schema: { id: string }, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


def open_with(spark=NO_SPARK, **parameters: str):
    return open_stage(spark, DBUtils({**GIVEN, **parameters}, {}, {}))


@pytest.mark.parametrize("widget", ["catalog", "schema"])
def test_an_empty_catalog_or_schema_asks_for_both(widget):
    with pytest.raises(ParameterError, match="The widgets `catalog` and `schema` are empty"):
        open_with(**{widget: ""})


def test_an_empty_experiment_asks_for_one():
    with pytest.raises(ParameterError, match=r"The widget `experiment` is empty. Set it to the path of an"):
        open_with(experiment=" ")


@pytest.mark.parametrize("name", ["other", "../specs/diabetes", "diabetes.yml", "diabetes; DROP TABLE x", "DIABETES"])
def test_a_model_without_a_spec_is_refused_with_the_models_there_are(name):
    with pytest.raises(SpecError, match=r"no such spec.* Known models: air_passengers, diabetes, flights_air_time"):
        open_with(model=name)


def test_a_run_without_a_model_is_refused_with_the_models_there_are():
    with pytest.raises(
        SpecError, match=r"Pass `--params model=<model>`\. Known models: air_passengers, diabetes, flights_air_time"
    ):
        open_with(model="")


@pytest.mark.parametrize(
    "moment", ["yesterday", "2013-02-30", "31.01.2013", "2013-01-31' OR '1'='1", "0001-01-01T00:00:00+10:00"]
)
def test_an_as_of_that_is_no_moment_is_refused_with_an_example(moment):
    with pytest.raises(ParameterError, match=r"is not a date or time. Write 2013-02-01 or"):
        open_with(as_of=moment)


@pytest.mark.parametrize("widget", ["catalog", "schema"])
@pytest.mark.parametrize("name", ["a`; DROP SCHEMA b; --", "a.b", "a b", "1a", "größe", "a" * 256])
def test_a_catalog_or_schema_is_a_plain_name(widget, name):
    with pytest.raises(ParameterError, match="is not a plain name"):
        open_with(**{widget: name})


def test_a_schema_that_does_not_exist_is_refused_with_the_cure(spark):
    with pytest.raises(ParameterError, match=r"Schema `spark_catalog`.`nowhere` does not exist. Deploy the bundle"):
        open_with(spark, catalog="spark_catalog", schema="nowhere")


def test_a_stage_knows_its_source_table_its_moment_and_its_own_widgets(spark, make_loop):
    here = make_loop().tables
    dbutils = DBUtils(
        {**GIVEN, "catalog": here.catalog, "schema": here.schema, "as_of": "2013-02-01T01:00+01:00"}, {}, {}
    )

    stage = open_stage(spark, dbutils, widgets={"reason": "", "keys_table": ""})

    assert stage.source_table == here.name("diabetes_source")
    assert stage.context.run.as_of.isoformat() == "2013-02-01T00:00:00+00:00"
    assert (stage.parameter("reason"), stage.table("keys_table")) == (None, None)


def test_a_stage_knows_the_other_models_of_its_source_and_the_table_a_widget_names(spark, make_loop, tmp_path):
    here = make_loop().tables
    for model, source in {"gauges": "name: meters, ", "meters": "", "others": ""}.items():
        text = FILES.replace("model: meters", f"model: {model}").replace("source: { ", f"source: {{ {source}")
        (tmp_path / f"{model}.yml").write_text(text)
    given = {**GIVEN, "model": "meters", "catalog": here.catalog, "schema": here.schema, "keys_table": "asked.people"}

    stage = open_stage(spark, DBUtils(given, {}, {}), widgets={"keys_table": "", "other_table": ""}, specs=tmp_path)

    assert [spec.model for spec in stage.specs_of_source] == ["meters", "gauges"]
    assert stage.table("keys_table") == f"`{here.catalog}`.`asked`.`people`"


def test_a_salt_is_32_random_bytes():
    assert len(bytes.fromhex(new_salt())) == 32
    assert new_salt() != new_salt()


def test_files_land_in_the_bundles_schema_and_a_volume_or_the_schemas_folder_keeps_which(
    spark, make_loop, tmp_path, monkeypatch
):
    here = make_loop().tables
    (tmp_path / "meters.yml").write_text(FILES)
    given = {**GIVEN, "model": "meters", "catalog": here.catalog, "schema": here.schema}
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)

    stage = open_stage(spark, DBUtils(given, {}, {}), specs=tmp_path)

    assert stage.source_table == here.name("meters_landing")
    assert (stage.landing.path, stage.landing.format, stage.landing.volume) == ("/data/in", "json", None)
    assert stage.landing.checkpoints.endswith(f"/{here.schema}.db/_checkpoints/meters_landing")
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "18.0")
    assert stage.landing.checkpoints == f"/Volumes/{here.catalog}/{here.schema}/checkpoints/meters_landing"
    assert stage.landing.volume == here.name("checkpoints")


def test_a_source_that_is_a_table_lands_nothing(spark, make_loop):
    here = make_loop().tables
    dbutils = DBUtils({**GIVEN, "catalog": here.catalog, "schema": here.schema}, {}, {})

    assert open_stage(spark, dbutils).landing is None


def test_a_wrong_spec_stops_a_stage_before_spark_is_asked_anything_with_a_line_for_each_fault(tmp_path):
    wrong = FILES.replace("label: y", "lable: y").replace("recipes.ridge.pipeline", "recipes.ridge.pipelin")
    (tmp_path / "meters.yml").write_text(wrong.replace("daily", "dayly"))

    with pytest.raises(SpecError) as refused:
        open_stage(NO_SPARK, DBUtils({**GIVEN, "model": "meters"}, {}, {}), specs=tmp_path)

    assert [line.partition(". ")[0] for line in str(refused.value).splitlines()] == [
        "specs/meters.yml, line 5: unknown key `columns.lable`",
        "specs/meters.yml, line 6: `recipe` is `recipes.ridge.pipelin`, which src/recipes/ridge.py does not have",
        "specs/meters.yml, line 7: `schedule` is `dayly`",
    ]


def test_mlflow_is_asked_for_about_a_minute_unless_the_environment_says_how_often(spark, make_loop, monkeypatch):
    here = make_loop().tables
    dbutils = DBUtils({**GIVEN, "catalog": here.catalog, "schema": here.schema}, {}, {})
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

    open_stage(spark, dbutils)
    said = os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES")
    open_stage(spark, dbutils)

    assert (said, os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]) == ("2", "5")

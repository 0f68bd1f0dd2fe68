"""Wrong requests of `sql` and `ui` are answered before anything starts."""

import pytest
from mlflow import MlflowClient

from local_workspace.__main__ import main
from local_workspace.commands.sql import READS, _text
from local_workspace.commands.ui import addresses
from local_workspace.engines.mlflow_server import launch_mlflow_server, uri_of_other


@pytest.mark.parametrize(
    "query", ["select 1", "  -- a comment\n(select 1)", "/* a */ WITH t AS (SELECT 1) FROM t", "show tables", "desc t"]
)
def test_queries_are_taken(query):
    assert READS.match(query)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sql", "drop table t"], "a query starts with select, with, show or describe; found 'drop'"),
        (["sql", "selection"], "found 'selection'"),
        (["sql", ""], "found 'nothing'"),
        (["sql", "select 1", "--rows", "0"], "--rows 0: expected a number from 1"),
        (["ui", "--port", "0"], "--port 0: expected a number from 1 to 65535"),
        (["load", "x.csv", "--as", "My Table"], "--as My Table: not a name for a table"),
        (["load", "x.csv", "--as", "t", "--encoding", "utf9"], "--encoding utf9: Python does not know it"),
        (["load", "x.csv", "--as", "t", "--delimiter", ";;"], "--delimiter ;;: expected one character, or tab"),
        (["load", "x.csv", "--as", "t", "--date-format", "%d.%m.%Y"], "--date-format %d.%m.%Y: expected dd, mm and"),
        (["load", "no_such.csv", "--as", "t"], "no_such.csv: no such file, folder or pattern"),
        (["notebook", "02_check_drfit"], "Did you mean 02_check_drift?"),
        (["notebook", "02_check_drift", "--params", "mdoel=x"], "--params mdoel: job retraining"),
    ],
)
def test_what_is_wrong_is_said_with_the_cure_and_exit_code_2(arguments, message, capsys, tmp_path):
    state = tmp_path / "state"

    assert main([*arguments, "--state", str(state)]) == 2
    assert message in capsys.readouterr().err
    assert not state.exists()


def test_values_are_written_as_load_reads_them():
    from datetime import date, datetime

    values = [None, True, 1.5, date(2024, 1, 31), datetime(2024, 1, 31, 10)]
    assert [_text(value) for value in values] == ["", "true", "1.5", "2024-01-31", "2024-01-31 10:00:00Z"]


@pytest.mark.spark
def test_one_server_owns_the_database_and_others_use_it(tmp_path):
    assert uri_of_other(tmp_path) is None
    with launch_mlflow_server(tmp_path) as server:
        server.wait_until_ready()
        assert uri_of_other(tmp_path) == server.uri

        with launch_mlflow_server(tmp_path) as second:
            second.wait_until_ready()
            assert (second.uri, second.process) == (server.uri, None)
        assert not server.has_ended
        assert addresses(server.uri, tmp_path)[:3] == [
            f"MLflow:   {server.uri}",
            f"models:   {server.uri}/#/models",
            "          none yet: ./workspace run retraining --params model=<model>",
        ]

        client = MlflowClient(server.uri, server.uri)
        client.create_registered_model("main.toys.rain")
        run = client.create_run(client.create_experiment("toys"))
        version = client.create_model_version("main.toys.rain", f"{run.info.artifact_uri}/model", run.info.run_id)
        assert "champion" not in "".join(addresses(server.uri, tmp_path))
        client.set_registered_model_alias("main.toys.rain", "champion", version.version)
        shown = addresses(server.uri, tmp_path)
        assert shown[2:4] == [
            f"          {server.uri}/#/models/main.toys.rain",
            "champion: models:/main.toys.rain@champion",
        ]
        assert '  model = mlflow.pyfunc.load_model("models:/main.toys.rain@champion")' in shown
        assert f'  mlflow.set_tracking_uri("{server.uri}")' in shown

    assert uri_of_other(tmp_path) is None

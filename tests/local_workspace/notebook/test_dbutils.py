"""The dbutils that notebooks get."""

import ast
import importlib.util
import inspect
from pathlib import Path

import pytest

from local_workspace.notebook.dbutils import DBUtils, InputWidgetNotDefined
from local_workspace.notebook.notebook import NotebookExit

# In newer runtimes, but not in the SDK's list.
NOT_IN_THE_STUB = {"widgets.getAll"}


def dbutils(**parameters: str) -> DBUtils:
    return DBUtils(parameters, {}, {"ingest": {"rows": 3}})


def stub_signatures() -> dict[str, list[str]]:
    """Parameter names of every function in the SDK's stub, which cannot be imported without a login."""
    package = importlib.util.find_spec("databricks.sdk")
    assert package is not None
    assert package.origin is not None
    tree = ast.parse((Path(package.origin).parent / "runtime" / "dbutils_stub.py").read_text())
    root = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "dbutils")
    return dict(functions_below(root, ""))


def functions_below(node: ast.ClassDef, prefix: str) -> list[tuple[str, list[str]]]:
    functions: list[tuple[str, list[str]]] = []
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            functions += functions_below(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef):
            functions.append((f"{prefix}{child.name}", [name.arg for name in child.args.args if name.arg != "self"]))
    return functions


def offered(node: object, prefix: str = "") -> dict[str, list[str]]:
    methods: dict[str, list[str]] = {}
    for name, child in inspect.getmembers(node):
        if name.startswith("_"):
            continue
        if inspect.ismethod(child):
            methods[f"{prefix}{name}"] = [*inspect.signature(child).parameters]
        elif type(child).__module__ == DBUtils.__module__:
            methods |= offered(child, f"{prefix}{name}.")
    return methods


def test_every_method_has_the_name_and_the_parameters_that_databricks_gives_it() -> None:
    methods = {name: parameters for name, parameters in offered(dbutils()).items() if name not in NOT_IN_THE_STUB}
    stub = stub_signatures()

    assert len(methods) >= 12
    assert methods == {name: stub.get(name) for name in methods}


def test_a_value_from_the_job_overrides_the_default() -> None:
    shim = dbutils(model="diabetes")
    shim.widgets.text("model", "flights")
    shim.widgets.text("as_of", "")

    assert shim.widgets.getAll() == {"model": "diabetes", "as_of": ""}


def test_a_widget_that_was_not_declared_is_an_error_that_names_it_even_when_the_job_has_a_value() -> None:
    with pytest.raises(InputWidgetNotDefined, match="InputWidgetNotDefined: no input widget named model"):
        dbutils(model="diabetes").widgets.get("model")


def test_a_dropdown_refuses_a_default_that_is_not_a_choice() -> None:
    with pytest.raises(ValueError, match=r"widget mode: the default 'c' is not one of its choices \['a', 'b'\]"):
        dbutils().widgets.dropdown("mode", "c", ["a", "b"])


def test_removing_a_widget_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputWidgetNotDefined):
        dbutils().widgets.remove("model")


def test_task_values_come_from_ended_tasks_then_from_the_default() -> None:
    values = dbutils().jobs.taskValues

    assert values.get("ingest", "rows") == 3
    assert values.get("ingest", "gone", default=0, debugValue=9) == 0
    with pytest.raises(ValueError, match="task value gone: task ingest did not set it"):
        values.get("ingest", "gone", debugValue=9)


def test_a_task_value_must_be_json_of_at_most_48_kib() -> None:
    with pytest.raises(ValueError, match="task value page: 50002 bytes"):
        dbutils().jobs.taskValues.set("page", "x" * 50_000)
    with pytest.raises(TypeError):
        dbutils().jobs.taskValues.set("when", object())


def test_exit_is_not_caught_by_except_exception() -> None:
    assert not issubclass(NotebookExit, Exception)
    with pytest.raises(NotebookExit):
        dbutils().notebook.exit("done")


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_SECRET_SMTP_PASSWORD", "s3cret")

    assert dbutils().secrets.get("smtp", "password") == "s3cret"
    assert [item.key for item in dbutils().secrets.list("smtp")] == ["password"]
    with pytest.raises(KeyError, match="LOCAL_SECRET_SMTP_USER_NAME"):
        dbutils().secrets.get("smtp", "user-name")


def test_what_is_not_offered_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match=r"dbutils.fs is not run locally yet"):
        _ = dbutils().fs

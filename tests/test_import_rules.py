"""Who may import whom. The table below documents the rooms of `src`; imports go one way, downwards."""

import ast
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

# Short names for what many rooms may import.
BOTTOM = (
    "retraining.errors retraining.kinds retraining.records retraining.requests retraining.spec "
    "retraining.spec.conditions retraining.spec.document served_model"
)
TABLES = "retraining.adapters retraining.adapters.tables"
REGISTRY = "retraining.adapters.registry"
SOURCES = "retraining.adapters.sources"
NOTIFY = "retraining.adapters.notify"
JOBS = "retraining.adapters.jobs"
SEARCH = "retraining.adapters.search"
SERVING = "retraining.adapters.serving"
RULES = (
    "retraining.rules retraining.rules.champion retraining.rules.drift retraining.rules.drift.classifier "
    "retraining.rules.drift.detectors "
    "retraining.rules.gate retraining.rules.ingest retraining.rules.ingest.conditions retraining.rules.performance "
    "retraining.rules.batch retraining.rules.panel retraining.rules.search retraining.rules.serving "
    f"retraining.rules.validation {BOTTOM}"
)
PAGE = (
    "retraining.report.page_data retraining.report.panel_data retraining.report.version_errors retraining.report.words"
)
DATASET = f"retraining.context retraining.spark_models retraining.steps.dataset {RULES} {TABLES} {REGISTRY}"
STEPS = (
    "retraining.steps.batch retraining.steps.champion retraining.steps.dataset retraining.steps.decide "
    "retraining.steps.drift retraining.steps.forget retraining.steps.gate retraining.steps.imported "
    "retraining.steps.ingest retraining.steps.panel retraining.steps.performance retraining.steps.report "
    "retraining.steps.search retraining.steps.serving retraining.steps.training retraining.steps.validation"
)
FAULTS = "local_workspace.errors local_workspace.machine_faults"
LAPTOP = f"local_workspace.bundle local_workspace.engines {FAULTS} local_workspace.notebook local_workspace.run"
OWN_TABLES = "local_workspace.loading local_workspace.new_model local_workspace.status"
ARRAYS = "numpy pandas scipy"
FRAMES = f"{ARRAYS} pyspark pyarrow"

# Room: (which other rooms of src it may import, which libraries). A room is a folder, or a file that has a row of its
# own. Every room has a row: a folder without one fails, and no row speaks for the folders inside it.
ROOMS = {
    "retraining.errors": ("", ""),
    "retraining.failpoints": ("retraining.errors", ""),
    # What differs between kinds of models. It knows no spec, so that a spec can be checked against its kind.
    "retraining.kinds": ("retraining.errors served_model", "numpy pandas pyspark"),
    # A file of specs/ as lines and values. It knows nothing of what a spec may say.
    "retraining.spec.document": ("retraining.errors", "yaml"),
    # A condition in SQL as a tree. It knows operators and functions, and no rule.
    "retraining.spec.conditions": ("retraining.spec.document", ""),
    "retraining.spec": (
        "retraining.errors retraining.kinds retraining.spec.conditions retraining.spec.document",
        "pydantic pydantic_core yaml",
    ),
    "retraining.records": ("retraining.errors retraining.spec served_model", "pydantic"),
    "retraining.requests": ("retraining.errors retraining.spec", "pydantic"),
    # Rules: pure. What a subject may know of the others is said here, and has no circle.
    "retraining.rules": (RULES, ARRAYS),
    "retraining.rules.ingest": (f"retraining.rules.ingest.conditions {BOTTOM}", f"{ARRAYS} pyspark"),
    "retraining.rules.ingest.conditions": (BOTTOM, "pyspark"),
    "retraining.rules.gate": (BOTTOM, f"{ARRAYS} sklearn"),
    "retraining.rules.drift": (f"retraining.rules.gate {BOTTOM}", f"{ARRAYS} pyspark sklearn"),
    "retraining.rules.drift.classifier": (BOTTOM, f"{ARRAYS} sklearn"),
    "retraining.rules.drift.detectors": (f"retraining.rules.drift {BOTTOM}", ARRAYS),
    "retraining.rules.performance": (
        f"retraining.rules.drift retraining.rules.drift.classifier retraining.rules.gate {BOTTOM}",
        f"{ARRAYS} sklearn",
    ),
    "retraining.rules.champion": (f"retraining.rules.gate {BOTTOM}", ARRAYS),
    "retraining.rules.search": (BOTTOM, ""),
    "retraining.rules.batch": (f"retraining.rules.ingest {BOTTOM}", ""),
    "retraining.rules.serving": (f"retraining.rules.champion {BOTTOM}", ARRAYS),
    "retraining.rules.panel": (f"retraining.rules.gate {BOTTOM}", ARRAYS),
    "retraining.rules.validation": (f"retraining.rules.gate retraining.rules.ingest {BOTTOM}", ""),
    # Models that Spark fits. It knows no spec and no table.
    "retraining.spark_models": ("retraining.errors", "numpy pandas pyspark sklearn"),
    "retraining.strategies": (f"retraining.spark_models {RULES}", f"{ARRAYS} pyspark sklearn"),
    # Models of single series. It runs on workers, one bucket of series at a time, and knows no table.
    "retraining.forecasting": (RULES, f"{ARRAYS} statsforecast"),
    "retraining.report": (f"{PAGE} retraining.report.charts {RULES}", f"{ARRAYS} jinja2 markupsafe"),
    "retraining.report.charts": (f"{PAGE} {RULES}", f"{ARRAYS} matplotlib"),
    "retraining.report.page_data": (f"retraining.report.panel_data retraining.report.version_errors {RULES}", ""),
    "retraining.report.panel_data": ("", ""),
    "retraining.report.version_errors": ("", ""),
    "retraining.report.words": (RULES, ""),
    # Adapters: one system each.
    "retraining.adapters": (BOTTOM, ""),
    "retraining.adapters.tables": (f"retraining.adapters retraining.failpoints {RULES}", f"{FRAMES} delta"),
    "retraining.adapters.sources": (f"retraining.adapters {RULES}", FRAMES),
    "retraining.adapters.registry": (
        f"retraining.failpoints retraining.spark_models {RULES}",
        f"{ARRAYS} mlflow cloudpickle",
    ),
    "retraining.adapters.notify": (BOTTOM, ""),
    "retraining.adapters.jobs": ("retraining.errors retraining.records", "pyspark databricks"),
    "retraining.adapters.serving": (BOTTOM, "databricks"),
    # The SDKs of Azure are imported inside functions: no other job needs them.
    "retraining.adapters.search": (f"retraining.rules.search {BOTTOM}", "azure requests"),
    "retraining.steps": ("", ""),
    "retraining.context": (f"{TABLES} {REGISTRY} {BOTTOM}", ""),
    # Steps: a subject uses `dataset`, and of the other subjects only what its row names.
    "retraining.steps.dataset": (
        f"retraining.context retraining.forecasting retraining.spark_models {RULES} {TABLES} {REGISTRY}",
        FRAMES,
    ),
    "retraining.steps.ingest": (f"retraining.failpoints {SOURCES} {DATASET}", FRAMES),
    "retraining.steps.drift": (DATASET, FRAMES),
    "retraining.steps.performance": (DATASET, FRAMES),
    "retraining.steps.training": (
        f"retraining.failpoints retraining.steps.drift retraining.steps.performance retraining.strategies {DATASET}",
        FRAMES,
    ),
    "retraining.steps.gate": (
        f"retraining.steps.drift retraining.steps.performance retraining.steps.training {DATASET}",
        FRAMES,
    ),
    "retraining.steps.panel": (
        "retraining.failpoints retraining.forecasting retraining.steps.gate retraining.steps.performance "
        f"retraining.steps.training {DATASET}",
        FRAMES,
    ),
    "retraining.steps.champion": (f"retraining.failpoints {NOTIFY} {DATASET}", FRAMES),
    "retraining.steps.decide": (
        f"retraining.steps.drift retraining.steps.gate retraining.steps.performance retraining.strategies {DATASET}",
        FRAMES,
    ),
    "retraining.steps.imported": (
        f"retraining.steps.champion retraining.steps.decide retraining.steps.drift retraining.steps.gate {DATASET}",
        FRAMES,
    ),
    "retraining.steps.forget": (f"{SOURCES} {DATASET}", FRAMES),
    "retraining.steps.report": (
        f"retraining.report {PAGE} retraining.forecasting retraining.steps.drift retraining.steps.panel "
        f"retraining.steps.performance {NOTIFY} {DATASET}",
        FRAMES,
    ),
    "retraining.steps.search": (f"retraining.failpoints {SEARCH} {DATASET}", FRAMES),
    "retraining.steps.batch": (f"retraining.steps.champion retraining.steps.ingest {SOURCES} {DATASET}", FRAMES),
    "retraining.steps.serving": (f"{SERVING} {DATASET}", FRAMES),
    "retraining.steps.validation": (f"retraining.steps.ingest {SOURCES} {DATASET}", FRAMES),
    # A stage imports no other stage: they talk through tables, the registry and task values.
    "retraining.stages": (
        f"{STEPS} retraining.failpoints retraining.forecasting retraining.report {PAGE} retraining.strategies "
        f"{NOTIFY} {SERVING} {SOURCES} {DATASET}",
        FRAMES,
    ),
    # It knows of recipes only that they are pickled by value: a worker has no src.
    "retraining.open_stage": (
        f"retraining.context retraining.spark_models {TABLES} {REGISTRY} {SOURCES} {JOBS} {BOTTOM} recipes",
        "pyspark",
    ),
    "retraining.open_index": (
        f"retraining.open_stage retraining.steps.search retraining.rules.search {TABLES} {SEARCH} {BOTTOM}",
        "pyspark",
    ),
    "retraining.open_batch": (f"retraining.open_stage retraining.steps.batch {TABLES} {BOTTOM}", "pyspark"),
    "retraining.open_consumers": (
        f"retraining.open_stage retraining.steps.serving {TABLES} {BOTTOM}",
        "pyspark",
    ),
    # What a caller from outside needs, and nothing of the loop: no Spark, no table, no MLflow.
    "retraining.service": ("retraining.errors", "databricks"),
    "retraining.check_specs": (f"retraining.forecasting retraining.strategies {BOTTOM}", ""),
    "retraining": ("", ""),
    # What callers get: it travels with every version, so it knows nothing else of src.
    "served_model": ("", "numpy pandas sklearn"),
    "recipes": ("retraining.strategies", f"{ARRAYS} pyspark sklearn"),
    "recipes.demo": ("recipes retraining.strategies", f"{ARRAYS} pyspark sklearn"),
    # The laptop's workspace is not part of the product, and the product does not know that it exists.
    "local_workspace": (f"local_workspace.commands local_workspace.console local_workspace.workspace {LAPTOP}", "rich"),
    "local_workspace.workspace": (LAPTOP, "pyspark"),
    # Each command is a file. What it needs of Spark it imports when it runs, so that help and errors come at once.
    "local_workspace.commands": (
        f"local_workspace.console local_workspace.serve local_workspace.workspace {OWN_TABLES} {LAPTOP}",
        "pyspark rich",
    ),
    "local_workspace.status": ("local_workspace.errors", "pyspark yaml"),
    "local_workspace.new_model": ("local_workspace.loading local_workspace.errors", "pyspark yaml"),
    "local_workspace.loading": ("local_workspace.errors", "pandas pyarrow pyspark"),
    "local_workspace.bundle": ("local_workspace.errors", "yaml"),
    "local_workspace.notebook": (FAULTS, "pandas pyspark rich"),
    "local_workspace.engines": (FAULTS, "pyspark"),
    "local_workspace.run": (f"local_workspace.bundle {FAULTS} local_workspace.notebook", "pyspark"),
    "local_workspace.console": ("local_workspace.run", "rich"),
    # The public API of a workspace. MLflow is only in the process of a model, which is started by its path.
    "local_workspace.serve": (
        f"local_workspace.serve.http local_workspace.serve.jobs local_workspace.serve.tokens {LAPTOP}",
        "h11 mlflow uvicorn",
    ),
    "local_workspace.serve.http": ("", ""),
    "local_workspace.serve.tokens": ("local_workspace.serve.http", ""),
    "local_workspace.serve.jobs": (
        f"local_workspace.serve.http local_workspace.serve.tokens local_workspace.workspace {LAPTOP}",
        "",
    ),
    # The search service of the demonstration and of the tests.
    "local_workspace.search": ("local_workspace.engines local_workspace.errors", "azure"),
    "local_workspace.machine_faults": ("local_workspace.errors", ""),
    "local_workspace.errors": ("", ""),
}

# What only these places may touch. The demo's loaders play the systems that fill the source tables.
ONLY_THERE = {
    # A failpoint is armed from outside, in a process that knows nothing of tests.
    "retraining.open_stage retraining.failpoints": ("os.environ", "os.getenv"),
    "retraining.open_stage": (
        *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
        *("time.time", "time.time_ns"),
    ),
    "retraining.adapters.sources.files": (".writeStream", ".toTable"),
    "retraining.adapters.tables recipes.demo": (".write", ".writeTo", ".saveAsTable", ".insertInto"),
}
PACKAGES = ("retraining", "served_model", "recipes", "local_workspace")
NAMES_THAT_SAY_NOTHING = {"utils", "common", "helpers", "base", "manager", "core", "services"}


def python_files(src):
    files = sorted(src.rglob("*.py"))
    assert files, f"no Python file under {src}"
    return {module_name(src, file): file for file in files}


def module_name(src, file):
    return ".".join(file.relative_to(src).with_suffix("").parts).removesuffix(".__init__")


def inside(module, layer):
    return module == layer or module.startswith(f"{layer}.")


def room_of(module, modules):
    """The row a module belongs to: its own, where it has one, else its folder's. None where there is no such row."""
    is_folder = module in modules and modules[module].name == "__init__.py"
    if module in ROOMS:
        return module
    folder = module if is_folder else module.rpartition(".")[0]
    return folder if folder in ROOMS else None


def imports_of(module, file, modules):
    """Full names of everything a file imports, at any depth of its code."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{origin}.{alias.name}"
                yield name if name in modules else origin


def may_import(module, imported, modules):
    top = imported.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    room = room_of(module, modules)
    if room is None:
        return False
    rooms, libraries = (words.split() for words in ROOMS[room])
    if top not in PACKAGES:
        return top in libraries
    if room == "retraining.stages" and room_of(imported, modules) == room:
        return imported == module
    return imported in ("retraining", "recipes", "served_model") or room_of(imported, modules) in (room, *rooms)


def wrong_imports(src):
    modules = python_files(src)
    return [
        f"{module} imports {imported}"
        for module, file in modules.items()
        for imported in imports_of(module, file, modules)
        if not may_import(module, imported, modules)
    ]


def dotted_names(tree):
    """`os.environ` and the like, with what was imported by name; `.write` only where it is not a file's method."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ".".join(ast.unparse(node).split(".")[-2:])
            if not (node.attr == "write" and id(node) in called):
                yield f".{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_touches(src):
    return [
        f"{module} uses {name}"
        for module, file in python_files(src).items()
        if not inside(module, "local_workspace")
        for name in dotted_names(ast.parse(file.read_text("utf-8")))
        for places, names in ONLY_THERE.items()
        if name in names and not any(inside(module, place) for place in places.split())
    ]


def wrong_names(src):
    return [module for module in python_files(src) if NAMES_THAT_SAY_NOTHING & set(module.split("."))]


def rooms_without_a_row(src):
    modules = python_files(src)
    return [module for module in modules if room_of(module, modules) is None]


def rows_without_a_room(src):
    modules = python_files(src)
    return sorted(set(ROOMS) - {room_of(module, modules) for module in modules})


def test_every_room_has_a_row_and_every_row_a_room():
    assert rooms_without_a_row(SRC) == []
    assert rows_without_a_room(SRC) == []


def test_no_two_rooms_may_import_each_other():
    graph = {room: set(rooms.split()) - {room} for room, (rooms, _) in ROOMS.items()}
    assert [(one, other) for one in graph for other in graph[one] if one in graph.get(other, ())] == []


def test_imports_go_down_and_libraries_stay_in_their_layer():
    assert wrong_imports(SRC) == []


def test_clock_environment_and_table_writes_have_one_place():
    assert wrong_touches(SRC) == []


def test_file_names_say_what_is_inside():
    assert wrong_names(SRC) == []


@pytest.fixture
def product(tmp_path):
    """A toy src with one file."""

    def write(module, text):
        file = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("retraining.rules.decide", "import mlflow"),
        ("retraining.rules.decide", "from pyspark.sql import functions"),
        ("retraining.rules.ingest.quality", "import delta"),
        ("retraining.rules.drift.batch_verdict", "from retraining.adapters.tables import opened"),
        ("retraining.rules.decide", "import sklearn.metrics"),
        ("retraining.stages.retrain", "from retraining.stages.ingest import ingest"),
        ("retraining.steps.training.fit", "from retraining.stages.ingest import ingest"),
        ("retraining.stages.retrain", "def fit():\n    import sklearn"),
        ("retraining.stages.retrain", "from mlflow import log_model"),
        ("retraining.adapters.registry.models", "from retraining.adapters.tables.decisions import Decisions"),
        ("retraining.adapters.sources.files", "from ..tables import decisions"),
        ("retraining.adapters.notebook", "import retraining.open_stage"),
        ("retraining.records.batch", "from retraining.rules import decide"),
        ("retraining.errors", "import recipes.flights"),
        ("retraining.open_stage", "import local_workspace"),
        ("local_workspace.runner", "import retraining.errors"),
        ("recipes.flights", "import mlflow"),
    ],
)
def test_an_import_against_the_table_is_found(product, module, text):
    assert len(wrong_imports(product(module, text))) == 1


FILES_OF_THEIR_OWN = {
    "retraining.check_specs",
    "local_workspace.errors",
    "local_workspace.serve.http",
    "local_workspace.serve.tokens",
    "local_workspace.workspace",
    "retraining.context",
    "retraining.errors",
    "retraining.failpoints",
    "retraining.open_index",
    "retraining.open_stage",
    "retraining.report.page_data",
    "retraining.report.words",
}


@pytest.mark.parametrize("room", sorted(ROOMS))
@pytest.mark.parametrize(
    "text", ["import flask", "from local_workspace.invented import read", "import retraining.stages.invented"]
)
def test_in_every_room_an_import_that_its_row_does_not_name_is_found(product, room, text):
    module = room if room in FILES_OF_THEIR_OWN else f"{room}.toy"

    own = text == f"from {room}.invented import read"

    assert [found[: len(module) + 1] for found in wrong_imports(product(module, text))] == (
        [] if own else [f"{module} "]
    )


@pytest.mark.parametrize("module", ["retraining.invented.toy", "retraining.rules.gate.deeper.toy", "invented.toy"])
def test_a_room_without_a_row_is_found_and_may_import_nothing_of_src(product, module):
    src = product(module, "from retraining.errors import SpecError")

    assert rooms_without_a_row(src) == [module]
    assert wrong_imports(src) == [f"{module} imports retraining.errors"]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("retraining.rules.drift.profile", "from pyspark.sql import functions as F\nimport scipy.stats"),
        (
            "retraining.stages.retrain",
            "from retraining.steps.training.fit import fit\nimport retraining.adapters.tables",
        ),
        ("retraining.adapters.tables.decisions", "from delta.tables import DeltaTable\nfrom . import opened"),
        ("retraining.rules.gate.paired", "import sklearn.metrics\nfrom retraining.errors import GateError"),
        ("recipes.flights", "from retraining.strategies.window import Window"),
    ],
)
def test_an_import_of_the_table_is_allowed(product, module, text):
    assert wrong_imports(product(module, text)) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("retraining.stages.ingest", "import os\nos.environ['X']"),
        ("retraining.stages.ingest", "from os import environ"),
        ("retraining.adapters.tables.events", "import datetime\ndatetime.datetime.now()"),
        ("recipes.flights", "import time\ntime.time()"),
        ("retraining.stages.ingest", "frame.write.format('delta')"),
        ("retraining.stages.ingest", "frame.limit(1).writeTo('t')"),
        ("recipes.flights", "frame.write.format('delta')"),
        ("retraining.stages.ingest", "frame.writeStream.start()"),
    ],
)
def test_a_touch_outside_its_place_is_found(product, module, text):
    assert len(wrong_touches(product(module, text))) == 1


def test_clock_and_writes_are_allowed_in_their_place_and_files_may_be_written(product):
    product("retraining.open_stage", "import os, datetime\nos.environ['X'], datetime.datetime.now()")
    product("retraining.adapters.tables.events", "frame.write.saveAsTable('t')")
    product("recipes.demo.rows", "frame.write.saveAsTable('t')")
    assert wrong_touches(product("retraining.report.page", "file.write('text')")) == []


def test_a_name_that_says_nothing_is_found(product):
    assert wrong_names(product("retraining.rules.utils.page", "")) == ["retraining.rules.utils.page"]

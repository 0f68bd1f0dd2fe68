"""Who may import whom. The table below is the documentation of the layers; imports go one way, downwards."""

import ast
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

BOTTOM = "retraining.records retraining.spec retraining.errors"
RULES = f"retraining.rules {BOTTOM}"
ADAPTERS = "retraining.adapters retraining.strategies retraining.report"
ARRAYS = "numpy pandas scipy"

# Layer: (what of src it may import besides itself, which libraries). A file belongs to the longest name that fits.
LAYERS = {
    "retraining.errors": ("", ""),
    "retraining.failpoints": ("retraining.errors", ""),
    "retraining.spec": (BOTTOM, "pydantic yaml"),
    "retraining.records": (BOTTOM, "pydantic"),
    "retraining.rules": (BOTTOM, ARRAYS),
    "retraining.rules.ingest": (RULES, f"{ARRAYS} pyspark"),
    "retraining.rules.drift": (RULES, f"{ARRAYS} pyspark"),
    "retraining.rules.gate": (RULES, f"{ARRAYS} sklearn"),
    "retraining.strategies": (RULES, f"{ARRAYS} sklearn"),
    "retraining.report": (RULES, f"{ARRAYS} jinja2 matplotlib"),
    "retraining.adapters.tables": (RULES, f"{ARRAYS} pyspark pyarrow delta"),
    "retraining.adapters.sources": (RULES, f"{ARRAYS} pyspark pyarrow"),
    "retraining.adapters.registry": (f"retraining.failpoints {RULES}", f"{ARRAYS} mlflow cloudpickle"),
    "retraining.adapters.notebook": (BOTTOM, ""),
    "retraining.stages.steps": (
        f"retraining.failpoints {ADAPTERS} {RULES}",
        f"{ARRAYS} pyspark pyarrow",
    ),
    "retraining.stages": (
        f"retraining.stages.steps retraining.failpoints {ADAPTERS} {RULES}",
        f"{ARRAYS} pyspark pyarrow",
    ),
    # It knows of recipes only that they are pickled by value: a worker has no src.
    "retraining.open_stage": (f"retraining.stages {ADAPTERS} {RULES} recipes", "pyspark"),
    "retraining.commands": (f"retraining.open_stage retraining.stages {RULES}", "pyspark"),
    "retraining": ("", ""),
    "recipes": ("retraining.strategies", f"{ARRAYS} pyspark sklearn"),
    # The laptop's workspace is not part of the product, and the product does not know that it exists.
    "local_workspace": ("", "delta databricks mlflow pandas pyspark requests rich yaml"),
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
NAMES_THAT_SAY_NOTHING = {"utils", "common", "helpers", "base", "manager", "core", "services"}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 50


def python_files(src):
    files = sorted(src.rglob("*.py"))
    assert files, f"no Python file under {src}"
    return {module_name(src, file): file for file in files}


def module_name(src, file):
    return ".".join(file.relative_to(src).with_suffix("").parts).removesuffix(".__init__")


def inside(module, layer):
    return module == layer or module.startswith(f"{layer}.")


def layer_of(module):
    return max((layer for layer in LAYERS if inside(module, layer)), key=len, default=None)


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


def may_import(module, imported):
    top = imported.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    layer = layer_of(module)
    layers, libraries = (words.split() for words in LAYERS[layer])
    if top not in ("retraining", "recipes", "local_workspace"):
        return top in libraries
    if layer == "retraining.stages":  # One stage never imports another; what they share is in steps.
        return imported == module or any(inside(imported, name) for name in layers)
    return any(inside(imported, name) for name in (layer, *layers)) or imported == "retraining"


def wrong_imports(src):
    modules = python_files(src)
    return [
        f"{module} imports {imported}"
        for module, file in modules.items()
        for imported in imports_of(module, file, modules)
        if not may_import(module, imported)
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


def wrong_sizes(src):
    for module, file in python_files(src).items():
        text = file.read_text("utf-8")
        if len(text.splitlines()) > MOST_LINES:
            yield f"{module} has more than {MOST_LINES} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    yield f"{module}.{node.name} has {lines} lines"


def wrong_names(src):
    return [module for module in python_files(src) if NAMES_THAT_SAY_NOTHING & set(module.split("."))]


def test_every_file_belongs_to_a_layer():
    assert [module for module in python_files(SRC) if layer_of(module) is None] == []


def test_imports_go_down_and_libraries_stay_in_their_layer():
    assert wrong_imports(SRC) == []


def test_clock_environment_and_table_writes_have_one_place():
    assert wrong_touches(SRC) == []


def test_files_and_functions_stay_small():
    assert list(wrong_sizes(SRC)) == []


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
        ("retraining.rules.drift.verdict", "from retraining.adapters.tables import opened"),
        ("retraining.rules.decide", "import sklearn.metrics"),
        ("retraining.stages.retrain", "from retraining.stages.ingest import ingest"),
        ("retraining.stages.steps.fit", "from retraining.stages.ingest import ingest"),
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


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("retraining.rules.drift.profile", "from pyspark.sql import functions as F\nimport scipy.stats"),
        ("retraining.stages.retrain", "from retraining.stages.steps.fit import fit\nimport retraining.adapters.tables"),
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


def test_a_long_file_a_long_function_and_an_empty_name_are_found(product):
    product("retraining.report.long", "x = 1\n" * 301)
    product("retraining.rules.long", "def f():\n" + "    x = 1\n" * 50)
    src = product("retraining.rules.utils.page", "")

    assert list(wrong_sizes(src)) == [
        "retraining.report.long has more than 300 lines",
        "retraining.rules.long.f has 51 lines",
    ]
    assert wrong_names(src) == ["retraining.rules.utils.page"]

"""Is `src` easy to read? Small files and functions, few parameters, one assignment a line, paragraphs, no branch on a
model's kind outside `kinds`."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

MOST_LINES = 300
"""Of a file."""
MOST_STATEMENTS = 35
"""Of a function. Lines are not counted: a cap on them would only make people pack."""
MOST_PARAMETERS = 6
WITH_MORE_PARAMETERS: dict[str, str] = {}
"""Functions that need more, by "module.function", and why."""
SHORT_FILE, MOST_SHORT_FILES = 30, 39
LONG_BODY = 15
"""Lines from which a body must have a blank line or a comment."""
MOST_AIRLESS = 0.2
"""Share of long bodies without one: a single call with many arguments needs none."""
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def trees(src):
    files = sorted(src.rglob("*.py"))
    assert files, f"no Python file under {src}"
    for file in files:
        text = file.read_text("utf-8")
        yield ".".join(file.relative_to(src).with_suffix("").parts), text.splitlines(), ast.parse(text)


def functions(src):
    for module, lines, tree in trees(src):
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                yield f"{module}.{node.name}", lines, node


def long_files(src):
    return [module for module, lines, _ in trees(src) if len(lines) > MOST_LINES]


def short_files(src):
    return [module for module, lines, _ in trees(src) if 0 < len(lines) <= SHORT_FILE and "__init__" not in module]


def long_functions(src):
    for name, _, node in functions(src):
        statements = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1 - has_docstring(node)
        if statements > MOST_STATEMENTS:
            yield f"{name} has {statements} statements"


def wide_functions(src):
    for name, _, node in functions(src):
        parameters = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
        if parameters > MOST_PARAMETERS and name not in WITH_MORE_PARAMETERS:
            yield f"{name} has {parameters} parameters"


def packed_assignments(src):
    """`a, b = x, y`, except a swap of the same names."""
    for module, _, tree in trees(src):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
                targets = node.targets[0]
                if isinstance(targets, ast.Tuple) and names_in(targets) != names_in(node.value):
                    yield f"{module}:{node.lineno}"


def airless_bodies(src):
    """Names of long bodies without a blank line or a comment, and how many long bodies there are."""
    airless, long = [], 0
    for name, lines, node in functions(src):
        body = node.body[has_docstring(node) :]
        if not body or node.end_lineno - body[0].lineno + 1 < LONG_BODY:
            continue
        long += 1
        inside = lines[body[0].lineno - 1 : node.end_lineno]
        if not any(not line.strip() or line.lstrip().startswith("#") for line in inside):
            airless.append(name)
    return airless, long


def branches_on_kind(src):
    for module, lines, _ in trees(src):
        parts = module.split(".")
        if parts[0] == "retraining" and not {"kinds", "spec"} & set(parts):
            yield from (
                f"{module}:{number}"
                for number, line in enumerate(lines, 1)
                if "spec.kind" in line or ".kind ==" in line
            )


def has_docstring(node):
    return ast.get_docstring(node, clean=False) is not None


def names_in(node):
    return {ast.unparse(element) for element in node.elts}


def test_no_file_and_no_function_is_long():
    assert long_files(SRC) == []
    assert list(long_functions(SRC)) == []


def test_few_files_are_so_short_that_their_idea_belongs_elsewhere():
    assert len(short_files(SRC)) <= MOST_SHORT_FILES, short_files(SRC)


def test_no_function_has_many_parameters():
    assert list(wide_functions(SRC)) == []
    assert all(WITH_MORE_PARAMETERS.values())


def test_unrelated_values_are_not_assigned_on_one_line():
    assert list(packed_assignments(SRC)) == []


def test_long_bodies_have_paragraphs():
    airless, long = airless_bodies(SRC)

    assert len(airless) < MOST_AIRLESS * long, airless


def test_only_kinds_asks_for_the_kind_of_a_model():
    assert list(branches_on_kind(SRC)) == []


@pytest.fixture
def src(tmp_path):
    def write(module, text):
        file = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    return write


def test_what_is_hard_to_read_is_found(src):
    src("retraining.report.long", "x = 1\n" * 301)
    src("retraining.rules.short", "x = 1\n")
    src("retraining.rules.many", 'def f():\n    """Docstring."""\n' + "    x = 1\n" * 36)
    src("retraining.rules.wide", "def f(a, b, c, d, e, *, f, g): ...\n" + "\n" * 30)
    src("retraining.rules.packed", "a, b = 1, 2\na, b = b, a\na, b = f()\n" + "\n" * 30)
    src("retraining.kinds.kind", "spec.kind == 1\n" + "\n" * 30)
    root = src("retraining.rules.kind", "if spec.kind == 'regression':\n    pass\n" + "\n" * 30)

    assert long_files(root) == ["retraining.report.long"]
    assert short_files(root) == ["retraining.rules.short"]
    assert list(long_functions(root)) == ["retraining.rules.many.f has 36 statements"]
    assert list(wide_functions(root)) == ["retraining.rules.wide.f has 7 parameters"]
    assert list(packed_assignments(root)) == ["retraining.rules.packed:1"]
    assert list(branches_on_kind(root)) == ["retraining.rules.kind:1"]


def test_a_long_body_without_a_blank_line_is_found(src):
    body = "    x = 1\n" * 15
    root = src(
        "rules.bodies", f"def airless():\n{body}\ndef airy():\n{body}\n    return x\ndef short():\n    return 1\n"
    )

    assert airless_bodies(root) == (["rules.bodies.airless"], 2)

"""Running source notebooks, without Spark."""

import sys
from pathlib import Path

import pytest
from tests.local_workspace.make_bundle import notebook

from local_workspace.errors import BundleError, TaskError
from local_workspace.notebook.notebook import NotebookExit, read_notebook, run_notebook


def written(folder: Path, source: str) -> Path:
    path = folder / "report.py"
    path.write_text(notebook(source))
    return path


def test_cells_share_names_and_get_what_is_injected(tmp_path: Path) -> None:
    seen: list[int] = []

    run_notebook(written(tmp_path, "a = 2\n# ---\nseen.append(a)"), {"seen": seen})

    assert seen == [2]


def test_a_failing_cell_is_named_with_its_line_before_anything_else(tmp_path: Path) -> None:
    path = written(tmp_path, "a = 1\n# ---\nb = 0\na / b")

    with pytest.raises(TaskError) as failed:
        run_notebook(path, {})

    first, rest = str(failed.value).split("\n\n", 1)
    assert first == "report.py, cell 2: ZeroDivisionError: division by zero"
    assert rest.splitlines()[1:3] == [f'  File "{path}", line 5, in <module>', "    a / b"]


def test_exit_ends_the_notebook_successfully_even_inside_except_exception(tmp_path: Path) -> None:
    source = "try:\n    leave('early')\nexcept Exception:\n    pass\n# ---\nraise ValueError('not reached')"

    def leave(value: str) -> None:
        raise NotebookExit(value)

    assert run_notebook(written(tmp_path, source), {"leave": leave}) == "early"


def test_a_notebook_that_calls_sys_exit_has_failed(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="cell 1: SystemExit: 0"):
        run_notebook(written(tmp_path, "import sys\nsys.exit(0)"), {})


def test_a_notebook_works_in_its_own_folder_and_restores_folder_and_path(tmp_path: Path) -> None:
    before = (Path.cwd(), [*sys.path])
    seen: list[object] = []

    run_notebook(
        written(tmp_path, "import os, sys\nseen += [os.getcwd(), sys.path[0]]\nsys.path.insert(0, 'x')"), {"seen": seen}
    )

    assert seen == [str(tmp_path), str(tmp_path)]
    assert (Path.cwd(), [*sys.path]) == before


def test_markdown_is_a_comment_and_every_other_magic_is_refused(tmp_path: Path) -> None:
    assert len(read_notebook(written(tmp_path, "# MAGIC %md\n# MAGIC Hello"))) == 1
    with pytest.raises(BundleError, match=r"report.py:4: cell 2: %pip is not run locally yet"):
        read_notebook(written(tmp_path, "a = 1\n# ---\n# MAGIC %pip install x"))


def test_a_file_without_the_header_is_not_a_notebook(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("a = 1\n")

    with pytest.raises(BundleError, match="not a source notebook"):
        read_notebook(path)

"""A notebook by hand gets what its job would give it."""

import pytest
from tests.local_workspace.make_bundle import make_bundle

from local_workspace.bundle.bundle import read_bundle
from local_workspace.commands.notebook import cell_title
from local_workspace.errors import ParameterError
from local_workspace.notebook.notebook import Cell
from local_workspace.run.one_notebook import check_parameters, find_notebook, notebook_parameters

RESOURCES = """
resources:
  schemas:
    tables: { catalog_name: "${var.catalog}", name: toys }
  jobs:
    another:
      parameters: [{ name: schema, default: other }]
      tasks: [{ task_key: look, notebook_task: { notebook_path: ../notebooks/look.py } }]
    retraining:
      parameters:
        - { name: schema, default: "${resources.schemas.tables.name}" }
        - { name: run_id, default: "{{job.run_id}}" }
      tasks:
        - { task_key: first, notebook_task: { notebook_path: ../notebooks/nothing.py } }
        - task_key: look
          depends_on: [{ task_key: first }]
          notebook_task:
            notebook_path: ../notebooks/look.py
            base_parameters: { fixed: "5", from_first: "{{tasks.first.values.x}}" }
"""


@pytest.fixture
def bundle(tmp_path):
    root = make_bundle(tmp_path / "toy", RESOURCES, {"look": "1", "alone": "2"})
    return read_bundle(root, "prod", {"catalog": "main"})


def test_the_defaults_are_those_of_retraining_and_what_is_given_wins(bundle):
    look = find_notebook(bundle, "look")

    assert look.job.key == "retraining"
    assert notebook_parameters(look, 7, {"from_first": "2"}) == {
        "fixed": "5",
        "schema": "toys",
        "run_id": "7",
        "from_first": "2",
    }


@pytest.mark.parametrize("name", ["look", "look.py", "notebooks/look.py"])
def test_a_notebook_has_several_spellings(bundle, name):
    assert find_notebook(bundle, name).path == bundle.root / "notebooks" / "look.py"


def test_a_notebook_without_a_job_gets_what_is_given(bundle):
    alone = find_notebook(bundle, "alone")

    check_parameters(alone, {"any": "1"})
    assert notebook_parameters(alone, 7, {"any": "1"}) == {"any": "1"}


def test_wrong_names_are_refused_with_the_choices(bundle):
    with pytest.raises(ParameterError, match=r"notebook lok: .* Did you mean look\? There are alone, look, nothing\."):
        find_notebook(bundle, "lok")
    with pytest.raises(ParameterError, match=r"--params scema: job retraining, .* It has: schema, run_id, fixed"):
        check_parameters(find_notebook(bundle, "look"), {"scema": "x"})


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# MAGIC %md\n# MAGIC # 2. Check drift\n# MAGIC Compares rows.", "2. Check drift\n  Compares rows."),
        ("import sys\nfrom a import b", "imports"),
        ("# A comment\nx = 1\nprint(x)", "x = 1"),
    ],
)
def test_a_cell_is_shown_by_its_text_or_its_first_line_of_code(source, title):
    assert cell_title(Cell(1, 0, source)) == title

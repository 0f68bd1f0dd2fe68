"""The command that says what is wrong with a spec: fast, because it starts no Spark."""

from pathlib import Path

import pytest

from local_workspace.__main__ import main

SOURCE = Path(__file__).parents[2] / "src"
RIGHT = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder with two specs, one of which has two faults, and this project's code."""
    (tmp_path / "src").symlink_to(SOURCE)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "toy.yml").write_text(RIGHT)
    wrong = RIGHT.replace("model: toy", "model: boy").replace("label:", "lable:").replace("daily", "dayly")
    (tmp_path / "specs" / "boy.yml").write_text(wrong)
    return tmp_path


def test_a_right_spec_is_right(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "toy", "--spec-only", "--bundle", str(bundle)]) == 0
    assert capsys.readouterr().out == "right     specs/toy.yml\n"


def test_a_batch_table_is_checked_by_its_name_without_its_rows(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / "specs" / "batches").mkdir()
    spec = "batch: open_ones\nmodel: toy\nsource: { table: toy_source, keys: [id] }\n"
    (bundle / "specs" / "batches" / "open_ones.yml").write_text(spec)

    assert main(["validate", "open_ones", "--bundle", str(bundle)]) == 0
    assert capsys.readouterr().out == "right     specs/batches/open_ones.yml\n"


def test_without_a_model_every_spec_is_checked_and_each_fault_has_a_line(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "--bundle", str(bundle)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "2 faults  specs/boy.yml",
        "  specs/boy.yml, line 5: unknown key `columns.lable`. Did you mean `label`? Known here: categorical, label, "
        "label_delay, labels, numeric, slices. Correct or remove it",
        "  specs/boy.yml, line 7: `schedule` is `dayly`. Write daily, weekly or monthly. Did you mean `daily`?",
        "right     specs/toy.yml",
    ]
    assert not (bundle / ".local").exists()


def test_a_shared_source_that_no_model_names_is_checked_too(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / "specs" / "boy.yml").unlink()
    (bundle / "specs" / "sources").mkdir()
    (bundle / "specs" / "sources" / "meters.yml").write_text("source: { tabel: t, ledger_column: at, keys: [id] }\n")

    assert main(["validate", "--bundle", str(bundle)]) == 1
    assert (
        "specs/sources/meters.yml, line 1: unknown key `source.tabel`. Did you mean `table`?" in capsys.readouterr().out
    )


def test_params_that_the_recipe_refuses_have_a_line(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / "specs" / "toy.yml").write_text(f"{RIGHT}params:\n  solver: cholesky\n  alhpa: 1\n")

    assert main(["validate", "toy", "--bundle", str(bundle)]) == 1
    assert "specs/toy.yml, line 10: `params`: the recipe refuses them: " in capsys.readouterr().out


def test_an_unknown_model_is_refused_with_the_nearest(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "tooy", "--bundle", str(bundle)]) == 2
    assert "model `tooy`: no such spec. Did you mean `toy`? Known models: boy, toy." in capsys.readouterr().err


def test_a_folder_that_is_not_the_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--bundle", str(tmp_path)]) == 2
    assert "has no package retraining: name the bundle's folder by --bundle." in capsys.readouterr().err

"""A version that loads here and not elsewhere, or is over its limits, does not go live."""

import sys
from types import SimpleNamespace

import mlflow
import pandas as pd
import pytest
from tests.loop import days, toy_spec

from retraining.adapters.registry.digest import digest_of_files
from retraining.adapters.registry.fresh_process import ask_fresh_process, fresh_process
from retraining.errors import TamperedModelError

pytestmark = pytest.mark.slow

ROWS = pd.DataFrame({"x": [0.5, 1.5]})
ELSEWHERE = "class Doubles:\n    def predict(self, rows):\n        return 2 * rows['x'].to_numpy()\n"


@pytest.fixture(scope="module")
def story(make_loop):
    loop, told = make_loop(), SimpleNamespace()
    loop.source_has(days(1, 14))
    loop.ingest()
    golden = {"features": {"x": 1}, "at_least": 1.5, "at_most": 2.5}
    loop.spec = toy_spec(serving={"max_megabytes": 0.000_001}, gate={"golden_rows": [golden]})
    told.refused, told.alias = loop.train(), loop.alias("champion")
    loop.source_has(days(15, 22))
    loop.ingest()
    loop.spec = toy_spec(gate={"golden_rows": [golden, {"features": {"x": -1}, "at_least": 0}]})
    told.wrong = loop.train()
    loop.source_has(days(23, 30))
    loop.ingest()
    loop.spec = toy_spec(serving={"max_megabytes": 5}, gate={"golden_rows": [golden]})
    told.passed, told.loop = loop.train(), loop
    return told


def test_a_version_over_its_limit_is_refused_and_nothing_goes_live(story):
    promotion = story.refused.promotion

    assert (promotion.outcome, promotion.version, story.alias) == ("REJECT", None, None)
    assert "serving.max_megabytes allows 1e-06" in promotion.reasons[-1]


def test_a_wrong_answer_to_a_golden_row_is_refused(story):
    (failed,) = [each for each in story.wrong.checks if each.verdict == "failed"]

    assert (story.wrong.promotion.outcome, failed.check) == ("REJECT", "golden_rows")
    assert failed.sentence.startswith("1 of 2 golden rows: row 2 (x=-1.0) got -")
    assert failed.sentence.endswith(", expected at least 0.")


def test_a_version_that_answers_elsewhere_goes_live_and_says_how_fast(story):
    promotion = story.passed.promotion

    assert (promotion.outcome, story.loop.alias("champion")) == ("PROMOTE", promotion.version)
    assert f"Version {promotion.version} in a fresh process answers 100 of the newest requests" in promotion.reasons[-1]


@pytest.fixture
def needs_a_module(story, tmp_path, monkeypatch):
    """A registered model whose class lies in a file of this process alone: (version, files)."""
    (tmp_path / "only_here.py").write_text(ELSEWHERE)
    monkeypatch.syspath_prepend(str(tmp_path))
    import only_here

    registry = story.loop.registry
    with mlflow.start_run(experiment_id=registry.experiment_id()):
        info = mlflow.sklearn.log_model(
            only_here.Doubles(),
            name="model",
            signature=mlflow.models.infer_signature(ROWS, [1.0, 3.0]),
            serialization_format="cloudpickle",
            pip_requirements=["scikit-learn"],
        )
    version = str(mlflow.register_model(info.model_uri, registry.full_name("elsewhere")).version)
    yield version, registry.files("elsewhere", version)
    sys.modules.pop("only_here")


def test_a_class_that_is_only_here_is_missed_elsewhere(story, needs_a_module):
    version, files = needs_a_module
    with (
        story.loop.registry.checked_files("elsewhere", version, digest_of_files(files), files) as folder,
        fresh_process() as process,
    ):
        found = ask_fresh_process(process, folder, ROWS)

    assert found.problem == "ModuleNotFoundError: No module named 'only_here'"
    assert found.predictions == ()


def test_a_changed_file_is_not_asked(story, needs_a_module):
    version, files = needs_a_module
    registry = story.loop.registry
    with (
        pytest.raises(TamperedModelError, match="registered as 00000"),
        fresh_process() as process,
        registry.checked_files("elsewhere", version, "0" * 64, files) as folder,
    ):
        ask_fresh_process(process, folder, ROWS)


def test_a_process_that_is_never_asked_ends_with_its_starter():
    with fresh_process() as process:
        process.communicate(timeout=60)

    assert process.returncode == 0

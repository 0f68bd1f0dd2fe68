"""What a notebook's own MLflow session left on, and what is named where it cannot be closed."""

from types import SimpleNamespace

import mlflow
import pytest
from sklearn.linear_model import Ridge

from retraining.adapters.registry import logged_runs
from retraining.adapters.registry.logged_runs import keep_first_version
from retraining.adapters.registry.registry import Registry
from retraining.adapters.registry.session import check_no_open_run, stop_autologging
from retraining.errors import RegistryError


@pytest.fixture
def experiment(mlflow_uri, make_loop):
    registry = make_loop().registry
    mlflow.set_experiment(experiment_id=registry.experiment_id())
    yield registry
    mlflow.end_run()


def test_a_fit_leaves_no_run_although_autologging_was_on(experiment):
    mlflow.sklearn.autolog(silent=True)

    stop_autologging()
    Ridge().fit([[0.0], [1.0]], [0.0, 1.0])

    assert experiment.client.search_runs([experiment.experiment_id()]) == []


def test_a_run_that_was_left_open_is_named_with_its_cure(experiment):
    check_no_open_run()
    with mlflow.start_run() as run, pytest.raises(RegistryError, match=rf"{run.info.run_id}.*mlflow\.end_run\(\)"):
        check_no_open_run()


def test_an_experiment_in_the_trash_is_named_with_its_cure(make_loop):
    registry = make_loop().registry
    number = registry.experiment_id()
    registry.client.delete_experiment(number)

    with pytest.raises(RegistryError, match=rf"in the trash.*restore_experiment\('{number}'\)"):
        registry.experiment_id()
    registry.client.restore_experiment(number)
    assert registry.experiment_id() == number


class Answers:
    """A registry server whose version gets ready after some questions: MLflow's own is ready at once."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def search_model_versions(self, _: str) -> list[SimpleNamespace]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return [SimpleNamespace(run_id="r", version="4", status=state)]


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr(logged_runs, "_PAUSES", (0.0, 0.0))


def test_a_version_whose_files_are_on_their_way_is_waited_for(no_pauses):
    answers = Answers("PENDING_REGISTRATION", "READY")

    assert keep_first_version(Registry(answers, "main.shop", "/shop"), "toy", "r") == "4"


def test_a_version_that_never_gets_ready_ends_in_one_sentence(no_pauses):
    answers = Answers("PENDING_REGISTRATION")

    with pytest.raises(RegistryError, match=r"toy: .*version 4 is PENDING_REGISTRATION .*expected READY"):
        keep_first_version(Registry(answers, "main.shop", "/shop"), "toy", "r")

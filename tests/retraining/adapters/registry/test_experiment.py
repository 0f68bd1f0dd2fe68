"""One experiment for all models of a schema, whoever comes first."""

from mlflow import MlflowClient


def test_a_run_that_meets_another_one_making_the_experiment_takes_that(make_loop, monkeypatch):
    registry = make_loop().registry
    made, seen = registry.client.create_experiment(registry.experiment), []
    ask = MlflowClient.get_experiment_by_name

    def not_there_at_first(client, name):
        seen.append(name)
        return ask(client, name) if len(seen) > 1 else None

    monkeypatch.setattr(MlflowClient, "get_experiment_by_name", not_there_at_first)

    assert registry.experiment_id() == made

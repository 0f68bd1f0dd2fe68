"""Files of a version that was made elsewhere are loaded only if a person trusts them. A version of a real registry."""

from types import SimpleNamespace

import mlflow
import pytest
from sklearn.linear_model import LinearRegression

from retraining.adapters.registry.made_elsewhere import origin_of_version
from retraining.adapters.registry.registry import open_registry
from retraining.errors import UntrustedVersionError
from retraining.steps.imported.check_trust import check_trust

OTHER = "0" * 64


@pytest.fixture(scope="module")
def registry(mlflow_uri):
    found = open_registry("spark_catalog.check_trust", "/check_trust")
    with mlflow.start_run(experiment_id=found.experiment_id()):
        model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
        mlflow.sklearn.log_model(model, name="model", pip_requirements=[], registered_model_name=found.full_name("toy"))
    return found


def refusal(registry, digest: str, trust: str | None, known: str | None = None) -> str:
    with pytest.raises(UntrustedVersionError) as caught:
        check_trust(registry, "toy", "1", digest, trust, [SimpleNamespace(digest=known)])
    return str(caught.value)


def test_files_that_are_trusted_or_known_to_the_manifests_may_be_loaded(registry):
    digest = registry.digest("toy", "1")

    check_trust(registry, "toy", "1", digest, digest, [])
    check_trust(registry, "toy", "1", digest, None, [SimpleNamespace(digest=digest)])


def test_without_trust_the_error_says_who_made_the_version_when_and_from_which_run(registry):
    digest = registry.digest("toy", "1")
    origin = origin_of_version(registry, "toy", "1")

    assert refusal(registry, digest, None, known=OTHER) == (
        f"spark_catalog.check_trust.toy version 1 was made elsewhere, and no one has said that its files may be "
        f"loaded. It was registered by {origin.registered_by or 'somebody whom the registry does not name'} on "
        f"{origin.registered_at:%Y-%m-%d %H:%M} UTC, from MLflow run {origin.run_id}. To load it runs the code in its "
        f"files, with all rights of the jobs' principal, and nothing can check that code before. Nothing was loaded "
        f"and nothing was written. If you know who made it and that these are their files, start the job again with "
        f"trust={digest}"
    )


def test_other_files_than_those_that_were_trusted_are_refused(registry):
    digest = registry.digest("toy", "1")

    assert f"trust names the digest {OTHER}, but its files have the digest {digest}. Nothing was loaded." in refusal(
        registry, digest, OTHER
    )

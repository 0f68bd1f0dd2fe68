"""The job update_endpoint, from the champion of a real loop to the answers of its endpoint."""

import pytest
from tests.loop import days

from retraining.adapters.serving.endpoints import Endpoints, endpoint_name
from retraining.errors import NothingToDoError, ParameterError, SpecError
from retraining.spec.serving_section import EndpointSection, ServingSection
from retraining.stages.update_endpoint import update_endpoint

QUICK = ServingSection(endpoint=EndpointSection(watch_seconds=0))


@pytest.fixture
def served(serving, loop, mlflow_uri, tmp_path):
    schema = f"{loop.tables.catalog}.{loop.tables.schema}"
    with serving.serve_in_thread(tmp_path, mlflow_uri, schema, follows=False) as served:
        yield served


def test_the_champion_answers_and_another_version_is_refused(loop, served):
    endpoints = Endpoints(served.workspace)
    with pytest.raises(NothingToDoError, match="no champion"):
        update_endpoint(loop.context, endpoints)

    loop.source_has(days(1, 14))
    loop.ingest(as_of="2013-01-15")

    loop.train()
    with pytest.raises(SpecError, match=r"serving\.endpoint"):
        update_endpoint(loop.context, endpoints)
    loop.spec = loop.spec.model_copy(update={"serving": QUICK})
    with pytest.raises(ParameterError, match="version 99 is not the champion"):
        update_endpoint(loop.context, endpoints, "99")

    made = update_endpoint(loop.context, endpoints)
    champion = loop.alias("champion")
    assert (made.outcome, made.version, made.reasons) == ("CREATED", champion, ())
    name = endpoint_name(loop.registry.full_name(loop.spec.model))
    assert served.predict(name, {"x": 3.0}).version == champion
    assert update_endpoint(loop.context, endpoints).outcome == "UNCHANGED"

"""A version registered by hand is taken over, and the loop goes on from it. One model, told once; tests only read."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import mlflow
import pandas as pd
import pytest
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from tests.loop import KilledError, days, killed, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_references, read_rows
from retraining.errors import NothingToDoError, ParameterError, RegistryError, UntrustedVersionError
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.requests.adopt import AdoptRequest
from retraining.stages.adopt import adopt

pytestmark = pytest.mark.slow

REQUEST = AdoptRequest(None, "Production", 1, 1, "y", 0.5, "Live since March.")
SPEC = toy_spec(gate={"deploy": "candidate"})


@pytest.fixture(scope="module")
def story(make_loop, tmp_path_factory):
    """Four versions by hand; the second is in the old stage, the fourth runs code when it is loaded. The second is
    taken over, goes on, is replaced, comes back."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    loop.source_has(days(1, 14))
    loop.ingest()
    register_by_hand(loop, signed=False)
    put_in_production(loop, register_by_hand(loop))
    register_by_hand(loop, column="weight")
    told.marker = tmp_path_factory.mktemp("code") / "it_ran"
    register_by_hand(loop, model=CodeOnLoad(told.marker))
    told.marker.unlink(missing_ok=True)  # MLflow may load what it has just logged
    told.no_stage = refusal(RegistryError, loop, replace(REQUEST, old_stage="Staging"))
    told.unsigned = refusal(RegistryError, loop, version("1"))
    told.other_columns = refusal(RegistryError, loop, version("3"))
    told.unknown = refusal(RegistryError, loop, version("9"))
    told.too_early = refusal(ParameterError, loop, replace(REQUEST, last_batch=2))
    told.other_label = refusal(ParameterError, loop, replace(REQUEST, label="price"))
    told.untrusted = refusal(UntrustedVersionError, loop, version("4"))
    told.of_another = refusal(UntrustedVersionError, loop, replace(version("4"), trust=trusted(loop, "2").trust))
    told.code_ran = told.marker.exists()
    told.after_refusals = (loop.alias("champion"), rows(loop, Promotion), rows(loop, Manifest))
    loop.registry.set_alias("toy", "champion", "2")
    with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
        patch.setattr("retraining.stages.adopt.append_rows", killed)
        adopted(loop, trusted(loop, "2"))
    told.after_kill = (rows(loop, Promotion), len(rows(loop, Manifest)))
    told.adopted, told.adopted_again = adopted(loop, trusted(loop, "2")), adopted(loop, REQUEST)
    told.other_request = refusal(ParameterError, loop, replace(REQUEST, reason="Another reason."), run_id="800")
    told.other_version = refusal(ParameterError, loop, version("3"), run_id="800")
    told.after_adoption = (loop.alias("champion"), rows(loop, Promotion), rows(loop, Manifest))
    loop.source_has(days(15, 24))
    loop.ingest()
    told.scored = loop.score()
    told.decision = loop.check().decision
    candidate = loop.retrain().manifest.version
    told.ours = refusal(NothingToDoError, loop, version(candidate))
    told.next = loop.promote()
    told.back = loop.rollback("900").promotion
    told.left = refusal(NothingToDoError, loop, version(candidate))
    told.already = refusal(NothingToDoError, loop, version("2"))
    return told


class CodeOnLoad(LinearRegression):
    """A model whose file, when it is loaded, writes another file."""

    def __init__(self, marker: Path):
        super().__init__()
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def register_by_hand(loop, column: str = "x", signed: bool = True, model: LinearRegression | None = None) -> str:
    """As the white paper's notebook does it."""
    table = pd.DataFrame(days(1, 14), columns=["id", "at", column, "y"])
    model = (model or LinearRegression()).fit(table[[column]], table["y"])
    signature = infer_signature(table[[column]], model.predict(table[[column]])) if signed else None
    with mlflow.start_run(experiment_id=loop.registry.experiment_id()):
        logged = mlflow.sklearn.log_model(model, name="model", signature=signature, pip_requirements=[])
        return mlflow.register_model(logged.model_uri, loop.registry.full_name("toy")).version


def put_in_production(loop, made: str) -> None:
    with pytest.warns(FutureWarning, match="deprecated since 2.9.0"):
        loop.registry.client.transition_model_version_stage(loop.registry.full_name("toy"), made, "Production")


def version(name: str) -> AdoptRequest:
    return replace(REQUEST, version=name, old_stage=None)


def trusted(loop, name: str) -> AdoptRequest:
    """A request by stage, of somebody who has looked at a version's files."""
    return replace(REQUEST, trust=loop.registry.digest("toy", name))


def adopted(loop, request: AdoptRequest, run_id: str = "800"):
    return adopt(replace(loop.context, run=make_run(run_id)), request)


def refusal(error, loop, request: AdoptRequest, run_id: str = "700") -> str:
    with pytest.raises(error) as caught:
        adopted(loop, request, run_id)
    return str(caught.value)


def rows(loop, record):
    return read_rows(loop.tables, record, "toy")


def test_what_cannot_be_taken_over_is_refused_with_the_cure_and_nothing_is_written(story):
    name = story.loop.registry.full_name("toy")
    assert "version 1 has no signature that names its columns" in story.unsigned
    assert "signature=mlflow.models.infer_signature(X, model.predict(X))" in story.unsigned
    assert story.other_columns.startswith(f"{name} version 3 takes weight, which the spec does not name. Add them to")
    assert f"{name} has no version in stage 'Staging'; found: None, Production. Name one with" in story.no_stage
    assert story.unknown == f"{name} has no version 9. Name one that is registered under this name."
    assert story.too_early.startswith("last_batch 2: the newest usable batch of `toy` is 1. Ingest the rows")
    assert story.other_label.startswith("label 'price': specs/toy.yml predicts `y`.")
    assert story.after_refusals == (None, [], [])


def test_files_that_nobody_trusts_are_described_and_not_loaded(story):
    loop = story.loop
    run = loop.registry.client.get_model_version(loop.registry.full_name("toy"), "4").run_id

    assert not story.code_ran
    assert story.untrusted.startswith(
        f"{loop.registry.full_name('toy')} version 4 was made elsewhere, and no one has said that its files may be "
        f"loaded. It was registered by "
    )
    assert f"UTC, from MLflow run {run}. To load it runs the code in its files, with all rights" in story.untrusted
    assert story.untrusted.endswith(f"start the job again with trust={loop.registry.digest('toy', '4')}")


def test_the_digest_of_another_version_trusts_nothing(story):
    digests = [story.loop.registry.digest("toy", each) for each in ("2", "4")]

    assert "trust names the digest {}, but its files have the digest {}. Nothing".format(*digests) in story.of_another


def test_an_adoption_that_was_killed_before_its_decision_goes_on_with_what_it_wrote(story):
    assert story.after_kill == ([], 1)
    assert len(story.after_adoption[2]) == 1


def test_the_version_in_the_old_stage_is_champion_by_a_decision_and_a_second_request_changes_nothing(story):
    alias, promotions, _ = story.after_adoption

    assert (alias, story.adopted.promotion.version, story.adopted_again) == ("2", "2", story.adopted)
    assert [(row.outcome, row.state) for row in promotions] == [("ADOPTED", "DECIDED"), ("ADOPTED", "APPLIED")]
    assert story.adopted.promotion.reasons == (
        "Live since March.",
        "Trained by hand on 280 rows of batches 1 to 1, until 2013-01-14T19:00:00.000000Z.",
        f"Its files have the digest {story.loop.registry.digest('toy', '2')}.",
    )


def test_a_run_adopts_one_version_for_one_reason(story):
    for refused in (story.other_request, story.other_version):
        assert refused.startswith("run_id 800 is stored with another request, by its action, target or reason. Nothing")


def test_the_manifest_says_what_it_was_trained_on_and_that_the_bundle_cannot_train_it_again(story):
    (made,) = story.after_adoption[2]
    loop = story.loop

    assert (made.role, made.version, made.trained_rows, made.reproducible) == ("adopted", "2", 280, False)
    assert made.digest == loop.registry.digest("toy", "2")
    assert loop.registry.client.get_model_version(loop.registry.full_name("toy"), "2").tags["reproducible"] == "false"


def test_the_reference_profile_and_an_error_are_written_for_it(story):
    profile = read_references(story.loop.tables, "toy", "2")
    (check,) = [row for row in rows(story.loop, GateResult) if row.check == "adopted"]

    assert [(row.column_name, row.rows) for row in profile] == [(":label", 280), (":prediction", 280), ("x", 280)]
    assert check.candidate_error == pytest.approx(0.1, abs=0.02)
    assert check.sentence == (
        f"Taken over, not judged: RMSE {check.candidate_error:.4g} on its own training rows, because there are no "
        f"newer ones."
    )


def test_the_next_rows_are_scored_and_compared_and_its_error_is_what_is_expected(story):
    assert (story.scored.champion_version, story.scored.rows) == ("2", 200)
    assert (story.decision.drift_verdict, story.decision.action) == ("stable", "refit")
    assert story.decision.new_labelled_rows == 200
    assert story.decision.expected_error == pytest.approx(0.1, abs=0.02)


def test_the_next_candidate_is_judged_against_it_and_a_rollback_leads_back_to_it(story):
    assert {check.champion_version for check in story.next.checks} == {"2"}
    assert (story.next.promotion.outcome, story.next.promotion.previous_version) == ("PROMOTE", "2")
    assert (story.back.version, story.loop.alias("champion")) == ("2", "2")


def test_a_version_of_this_bundle_one_that_was_left_and_the_champion_itself_are_not_adopted(story):
    assert "version 5 was registered by this bundle" in story.ours
    assert story.left == "toy version 5 was left by a rollback. Only a new fit may go live."
    assert story.already == "toy version 2 is the champion already; there is nothing to adopt."

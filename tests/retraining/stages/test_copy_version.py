"""A version of another schema is copied, judged here and goes live as it is. Told once; the tests only read."""

from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import mlflow
import pandas as pd
import pytest
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from tests.loop import KilledError, Loop, days, killed, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_references, read_rows
from retraining.errors import NothingToDoError, ParameterError, RegistryError, UntrustedVersionError
from retraining.records.version import Manifest
from retraining.requests.copy_version import CopyRequest
from retraining.stages.copy_version import CopyReport, copy_version
from retraining.stages.promote import PromoteReport, promote
from retraining.steps.training.sweep_leftovers import sweep_leftovers

pytestmark = pytest.mark.slow

REFRESH = toy_spec(gate={"kind": "refresh"})
RESERVED = toy_spec(gate={"holdout": "reserved"})


@pytest.fixture(scope="module")
def story(make_loop):
    """The other target fits version 2 on the days until the 14th. Copied when one day judges it, it is refused; when
    six do, it goes live. Then a version by hand is copied, and held against it."""
    other, loop, told = make_loop(), make_loop(), SimpleNamespace()
    told.other, told.loop = other, loop
    other.source_has(days(1, 14))
    other.ingest()
    other.train()
    live = other.alias("champion")
    digest = other.registry.digest("toy", live)
    told.request = CopyRequest(other.registry.schema, "toy", live, None, "Fitted in staging.", digest)
    register_by_hand(other, "unsigned", signed=False)
    register_by_hand(other, "weighs", column="weight")
    register_by_hand(other, "by_hand")
    loop.source_has(days(1, 16))
    loop.ingest()
    told.refusals = refusals(loop, told.request)
    told.after_refusals = (versions(loop), manifests(loop))
    with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
        patch.setattr("retraining.stages.copy_version.append_rows", killed)
        copied(loop, told.request)
    told.after_kill = (versions(loop), manifests(loop))
    told.early, told.early_again = copied(loop, told.request), copied(loop, told.request)
    told.too_few = promoted(loop, told.early)
    loop.source_has(days(17, 22))
    loop.ingest()
    told.copy = copied(loop, replace(told.request, trust=None))
    told.challenger = loop.alias("challenger")
    told.live = promoted(loop, told.copy)
    told.page = loop.report("copy=success promote=success")
    told.after_live = (loop.alias("champion"), versions(loop))
    told.swept = sweep_leftovers(loop.context, manifests(loop))
    told.decision = loop.check().decision
    told.already = refusal(NothingToDoError, loop, replace(told.request, trained_until="2013-01-14"), newer=True)
    loop.spec = REFRESH
    trust = other.registry.digest("by_hand", "1")
    by_hand = replace(told.request, model="by_hand", version="1", trained_until="2013-01-15", trust=trust)
    told.by_hand = copied(loop, by_hand)
    told.against_it = promoted(loop, told.by_hand)
    told.next_page = loop.report("copy=success promote=success")
    return told


def register_by_hand(loop: Loop, name: str, column: str = "x", signed: bool = True) -> None:
    table = pd.DataFrame(days(1, 14), columns=["id", "at", column, "y"])
    model = LinearRegression().fit(table[[column]], table["y"])
    signature = infer_signature(table[[column]], model.predict(table[[column]])) if signed else None
    with mlflow.start_run(experiment_id=loop.registry.experiment_id()):
        logged = mlflow.sklearn.log_model(model, name="model", signature=signature, pip_requirements=[])
        mlflow.register_model(logged.model_uri, loop.registry.full_name(name))


def refusals(loop: Loop, request: CopyRequest) -> dict[str, str]:
    by_hand = replace(request, version="1")
    return {
        "own": refusal(ParameterError, loop, replace(request, schema=loop.registry.schema)),
        "unknown": refusal(RegistryError, loop, replace(request, version="9")),
        "unsigned": refusal(RegistryError, loop, replace(by_hand, model="unsigned")),
        "columns": refusal(RegistryError, loop, replace(by_hand, model="weighs")),
        "untold": refusal(ParameterError, loop, replace(by_hand, model="by_hand")),
        "no date": refusal(ParameterError, loop, replace(request, trained_until="in spring")),
        "reserved": refusal(ParameterError, replace(loop, spec=RESERVED), request),
        "untrusted": refusal(UntrustedVersionError, loop, replace(request, trust=None)),
        "of another": refusal(UntrustedVersionError, loop, replace(request, trust="0" * 64)),
    }


def refusal(error, loop: Loop, request: CopyRequest, newer: bool = False) -> str:
    if newer:
        loop.source_has(days(23, 23))
        loop.ingest()
    with pytest.raises(error) as caught:
        copied(loop, request)
    return str(caught.value)


def copied(loop: Loop, request: CopyRequest) -> CopyReport:
    return copy_version(replace(loop.context, run=make_run(loop.run.run_id)), request)


def promoted(loop: Loop, copy: CopyReport) -> PromoteReport:
    run = make_run(loop.run.run_id)
    return promote(replace(loop.context, run=run), copy.manifest.retrain_key)


def versions(loop: Loop) -> list[str]:
    found = loop.registry.client.search_model_versions(f"name='{loop.registry.full_name('toy')}'")
    return sorted(each.version for each in found)


def manifests(loop: Loop) -> list[Manifest]:
    return read_rows(loop.tables, Manifest, "toy")


def test_what_cannot_be_judged_here_is_refused_with_the_cure_and_nothing_is_copied(story):
    schema, said = story.other.registry.schema, story.refusals

    assert "is this target's own model. Name one of another schema" in said["own"]
    assert said["unknown"] == f"{schema}.toy has no version 9. Name one that is registered under this name."
    assert said["unsigned"].startswith(f"{schema}.unsigned version 1 has no signature that names its columns")
    assert said["columns"].startswith(f"{schema}.weighs version 1 takes weight, which the spec does not name. Add them")
    assert said["untold"].startswith(f"{schema}.by_hand version 1 has no tag `trained_until`, and the parameter is")
    assert said["no date"].startswith(
        f"{schema}.toy version 2: trained_until 'in spring' is not a timestamp of at. Set"
    )
    assert said["reserved"].startswith("toy: gate.holdout is reserved, and it is not known whether")
    assert said["untrusted"].startswith(
        f"{schema}.toy version 2 was made elsewhere, and no one has said that its files"
    )
    assert said["untrusted"].endswith(f"start the job again with trust={story.request.trust}")
    assert "trust names the digest 000" in said["of another"]
    assert story.after_refusals == ([], [])


def test_what_a_killed_attempt_copied_is_found_and_the_same_request_copies_nothing_more(story):
    assert story.after_kill == (["1"], [])
    assert (story.early.manifest.version, story.early_again) == ("1", story.early)


def test_the_manifest_says_what_is_known_of_it(story):
    made, original = story.copy.manifest, story.request
    tags = story.loop.registry.tags_of("toy", made.version)

    assert (made.role, made.state, made.reproducible, made.trained_rows) == ("copied", "REGISTERED", False, None)
    assert (made.trained_until, made.train_before) == ("2013-01-14T19:00:00.000000Z", "2013-01-15T00:00:00.000000Z")
    assert made.digest == story.other.registry.digest("toy", original.version)
    assert (tags["copied_from"], tags["copy_reason"]) == (f"{original.full_name}/2", "Fitted in staging.")
    assert tags["trusted_digest"] == story.request.trust
    assert (tags["retrain_key"], tags["role"], tags["reproducible"]) == (made.retrain_key, "copied", "false")
    assert tags["model"] == story.loop.registry.full_name("toy")


def test_with_too_few_days_after_its_training_the_gate_lacks_evidence(story):
    assert story.too_few.promotion.outcome == "REJECT"
    assert story.too_few.promotion.reasons[0] == "The hold-out has 1 whole days; a verdict needs 6."


def test_files_that_were_trusted_once_are_copied_again_without_a_word(story):
    assert story.copy.manifest.digest == story.early.manifest.digest == story.request.trust


def test_a_newer_batch_is_another_request_and_is_judged_on_days_after_its_training(story):
    made = story.copy.manifest

    assert (made.version, story.challenger) == ("2", "2")
    assert (made.holdout_from, made.holdout_before) == ("2013-01-16T00:00:00.000000Z", "2013-01-22T00:00:00.000000Z")


def test_the_copy_itself_goes_live_with_references_and_is_not_refitted(story):
    live = story.live.promotion

    assert (live.outcome, live.version, live.candidate_version) == ("PROMOTE", "2", "2")
    assert {check.question for check in story.live.checks} == {"first"}
    assert story.after_live == ("2", ["1", "2"])
    references = read_references(story.loop.tables, "toy", "2")
    assert [(row.column_name, row.rows) for row in references] == [(":label", 440), (":prediction", 440), ("x", 440)]


def test_the_run_has_a_page_without_an_earlier_runs_decision(story):
    first, then = story.page.event, story.next_page.event

    assert (first.outcome, first.action, first.champion_before, first.champion_after) == ("PROMOTE", None, None, "2")
    assert (then.outcome, then.action, then.champion_before, then.champion_after) == ("REJECT", None, "2", "2")


def test_copies_are_not_swept_away(story):
    assert story.swept == []
    assert versions(story.loop) == ["1", "2", "3"]


def test_rows_are_new_to_the_loop_after_the_batch_that_the_copy_was_judged_on(story):
    assert (story.decision.champion_version, story.decision.new_labelled_rows) == ("2", 0)


def test_the_champions_own_files_are_not_copied_again(story):
    assert story.already == (
        f"toy: {story.request.full_name} version 2 is not copied: its files are those of version 2, which is champion "
        f"already."
    )


def test_against_a_champion_a_copy_is_a_change_whatever_the_spec_asks_of_fits(story):
    made = story.by_hand.manifest

    assert made.trained_until == "2013-01-15T00:00:00.000000Z"
    assert made.holdout_from == "2013-01-17T00:00:00.000000Z"
    assert {(check.question, check.champion_version) for check in story.against_it.checks} == {("change", "2")}

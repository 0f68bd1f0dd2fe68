"""One story of three batches, told once: a first champion, a better one, a worse candidate, a rollback."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import drifting, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError, RegistryError, TaskFailedError
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.decide import decide
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.training_frame import Bounds, read_training_frame, trainable_rows

pytestmark = pytest.mark.slow

SPEC = toy_spec(policy={"max_rows": 100})
WORSE = toy_spec(policy={"max_rows": 100}, params={"alpha": 1e6})
PREDICT = """
import sys, mlflow, pandas
model = mlflow.pyfunc.load_model(f"models:/{sys.argv[1]}@champion")
print(model.predict(pandas.DataFrame({"x": [0.0, 1.0]}))[1], "retraining" in sys.modules)
"""


@pytest.fixture(scope="module")
def story(make_loop):
    """What every stage said, in order. The tests only read, or repeat what must change nothing."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    loop.source_has(drifting(1, 14))
    loop.ingest()
    told.unscored = loop.score()
    told.no_champion = refusal(loop.rollback)
    told.first = loop.train()
    told.only_champion = refusal(loop.rollback)
    loop.source_has([*drifting(15, 24), ("unlabelled", "2013-01-20 10:00", 0.5, None)])
    loop.ingest()
    told.scored, told.scored_again = loop.score(), loop.score()
    told.second_decision, told.second_run = loop.check().decision, loop.run
    loop.retrain()
    told.second = loop.promote()
    told.aliases = {name: loop.alias(name) for name in ("champion", "previous", "challenger")}
    told.page = loop.report("ingest=success check_drift=success retrain=excluded")
    loop.source_has(drifting(25, 34))
    loop.ingest()
    loop.spec = WORSE
    told.worse = loop.train()
    told.after_worse = loop.alias("champion")
    loop.spec = SPEC
    told.back, told.back_again = loop.rollback("77"), loop.rollback("77")
    told.after_rollback = loop.check().decision
    return told


def refusal(stage) -> str:
    with pytest.raises(NothingToDoError) as caught:
        stage()
    return str(caught.value)


def rows(story, record):
    return read_rows(story.loop.tables, record, "toy")


def test_the_page_shows_the_batch_beside_the_training_rows_and_how_the_detectors_stand(story):
    assert "x: the share that changed most is " in story.page.page
    said = re.search(r"labelled row of version 2 once, in order; (\d+) rows came with batch 2", story.page.page)
    assert said[1] == str(story.second_decision.realised_error_rows)


def test_without_a_champion_nothing_is_scored(story):
    assert (story.unscored.champion_version, story.unscored.rows) == (None, 0)


def test_new_rows_are_scored_once_labelled_or_not(story):
    assert (story.scored.rows, story.scored_again.rows) == (201, 0)


def test_a_prediction_says_that_its_row_was_not_trained_on(story):
    made = story.loop.tables.read("toy_predictions").groupBy("seen_in_training", "model_version").count().collect()

    assert [tuple(row) for row in made] == [(False, story.first.promotion.version, 201)]


def test_a_row_without_a_label_is_never_trained_on(story):
    loop = story.loop
    source = read_source(loop.spec, loop.tables)
    everything = Bounds(source.committed.through, None, None)
    trained_on = trainable_rows(loop.context, source, everything)

    assert story.second_decision.new_labelled_rows == 200
    assert "unlabelled" in loop.accepted_keys()
    assert (trained_on.count(), trained_on.where("id = 'unlabelled'").count()) == (680, 0)


def test_days_excluded_by_hand_are_not_trained_on(story):
    loop = story.loop
    source = read_source(loop.spec, loop.tables)
    everything = Bounds(source.committed.through, None, None)
    days_out = {"exclude": [{"start": "2013-01-03", "end": "2013-01-05", "reason": "a sensor was being replaced"}]}
    without = toy_spec(policy={"max_rows": 100}, strategy=days_out)
    kept = trainable_rows(replace(loop.context, spec=without), source, everything)

    assert kept.where("at >= '2013-01-03' and at < '2013-01-05'").count() == 0
    assert kept.count() == 680 - 40


def test_every_decision_has_reasons_and_its_row_replays_to_the_same_verdict(story):
    decisions = rows(story, Decision)

    assert [row.action for row in decisions] == ["refit", "refit", "refit", "keep"]
    assert all(row.reasons for row in decisions)
    for row in decisions:
        verdict = decide(row.evidence, row.thresholds)
        assert (verdict.action, verdict.reasons) == (row.action, row.reasons)


def test_an_existing_decision_is_returned_and_not_made_again(story):
    again = story.loop.check()

    assert again.decision == story.after_rollback
    assert len(rows(story, Decision)) == 4


def test_the_training_rows_of_a_version_can_be_read_again_with_the_same_hash(story):
    loop = story.loop
    source = read_source(loop.spec, loop.tables)
    registered = [row for row in rows(story, Manifest) if row.state == "REGISTERED"]
    assert len(registered) == 5

    for row in (registered[0], registered[-1]):
        start, before = source.ledger.from_text(row.train_from), source.ledger.from_text(row.train_before)
        frame = read_training_frame(loop.context, source, Bounds(row.batch_seq, start, before))
        assert (frame.data_hash, frame.trained_until) == (row.data_hash, row.trained_until)


def test_a_training_frame_over_the_limit_is_a_sample_and_the_manifest_says_so(story):
    registered = [row for row in rows(story, Manifest) if row.state == "REGISTERED"]

    assert [(row.trained_rows, row.sampled) for row in registered] == [(100, True)] * 5


def test_the_first_champion_is_better_than_the_mean(story):
    assert (story.first.promotion.outcome, story.first.checks[0].question) == ("PROMOTE", "first")
    assert next(each for each in story.first.checks if each.check == "gain").lower > 0.5


def test_the_refit_goes_live_and_the_old_champion_stays_as_previous(story):
    second = story.second.promotion

    assert second.version != second.candidate_version
    assert story.aliases == {
        "champion": second.version,
        "previous": story.first.promotion.version,
        "challenger": second.candidate_version,
    }


def test_a_worse_candidate_is_refused_with_the_numbers_and_the_champion_stays(story):
    worse = story.worse.promotion

    assert (worse.outcome, worse.version, story.after_worse) == ("REJECT", *[story.second.promotion.version] * 2)
    assert "of the champion on 120 rows of 6 days: gain -" in worse.reasons[0]


def test_a_rollback_goes_back_to_the_champion_before(story):
    assert story.back.promotion.version == story.first.promotion.version == story.loop.alias("champion")
    assert story.loop.alias("previous") == story.second.promotion.version


def test_the_same_rollback_request_only_reconciles(story):
    assert story.back_again == story.back
    assert [row.state for row in rows(story, Promotion) if row.request_id == "77"] == ["DECIDED", "APPLIED"]


def test_after_a_rollback_retraining_waits_for_a_newer_batch(story):
    assert story.after_rollback.action == "keep"
    assert story.after_rollback.reasons[0].startswith("A rollback at batch 3 asks to wait for newer data")


def test_the_version_left_is_marked_and_no_later_rollback_goes_to_it(story):
    left = story.second.promotion.version
    marks = story.loop.registry.client.get_model_version(story.loop.registry.full_name("toy"), left).tags

    assert marks["rejected_by_rollback"] == "77"
    refused = refusal(lambda: story.loop.rollback(reason="Another reason."))
    assert "is the only champion there has been" in refused


def test_a_rollback_needs_an_earlier_champion(story):
    assert story.no_champion.startswith("toy has no champion, so there is nothing to roll back.")
    assert story.only_champion.endswith("is the only champion there has been; there is nothing to roll back to.")


def test_the_report_of_a_run_is_one_row_however_often_it_runs(story):
    event = story.page.event

    assert (event.outcome, event.rows_accepted, event.champion_after) == (
        "PROMOTE",
        201,
        story.second.promotion.version,
    )
    story.loop.start_run(run_id="500")
    for _ in range(2):
        story.loop.report()
    assert story.loop.tables.read("events").where("run_id = '500'").count() == 1


def test_a_failed_task_fails_the_run_after_its_page_is_written_even_when_mlflow_is_down(story, offline):
    story.loop.start_run(run_id="501")

    made = offline(story.loop).report("ingest=success score=failed promote=upstream_failed")

    assert "501" in made.page
    assert (made.event.outcome, made.event.champion_after) == ("FAILED", None)
    with pytest.raises(TaskFailedError, match="score failed in run 501, so promote did not start"):
        made.raise_if_failed()


@pytest.mark.parametrize("stage", ["score", "check", "promote", "rollback"])
def test_a_stage_that_cannot_reach_mlflow_says_so_in_one_sentence_and_writes_nothing(story, offline, stage):
    tables = ("toy_predictions", "decisions", "gate_results", "promotions")
    before = [story.loop.version_of_table(name) for name in tables]

    with pytest.raises(RegistryError, match=r"^reading toy@champion: MLflow at .* No alias was moved\."):
        getattr(offline(story.loop), stage)()
    assert [story.loop.version_of_table(name) for name in tables] == before


def test_the_champion_predicts_in_a_process_without_our_code(story, tmp_path):
    environment = {**os.environ, "PYTHONPATH": ""}
    command = [sys.executable, "-I", "-c", PREDICT, story.loop.registry.full_name("toy")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)

    assert done.returncode == 0, done.stderr
    predicted, imported = done.stdout.split()
    assert float(predicted) == pytest.approx(2.0, abs=0.1)
    assert imported == "False"

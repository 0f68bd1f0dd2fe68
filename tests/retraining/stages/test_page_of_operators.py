"""Every job that changes what is live leaves a row in `events` and a page. One story; the tests only read it."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.loop import Loop, drifting, toy_spec
from tests.retraining.report.pages import Seen

from retraining.adapters.tables.ledgers_of_model import read_errors, read_events, read_rows
from retraining.adapters.tables.store_error import storing_errors
from retraining.errors import RetrainingError
from retraining.records.decision import Decision
from retraining.requests.repair import RepairRequest
from retraining.stages.change_mode import change_mode
from retraining.stages.ingest import ingest
from retraining.stages.release_retraining import release_retraining
from retraining.stages.repair import repair
from retraining.stages.report import _store
from retraining.stages.rollback import rollback

pytestmark = pytest.mark.slow

LOOP = "ingest=success score=success check_drift=success retrain=success promote=success"


@pytest.fixture(scope="module")
def story(make_loop):
    """Two champions; then a rollback, the same request again, a release, a freeze, a repair, a failed rollback."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = toy_spec(gate={"deploy": "candidate"}), loop
    loop.source_has(drifting(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.train()
    told.first = loop.report(LOOP)
    loop.source_has(drifting(15, 22))
    loop.ingest(as_of="2013-01-23")
    loop.score()
    loop.train()
    told.second = loop.report(LOOP)
    loop.rollback("77", as_of="2013-01-24")
    told.back = loop.report("roll_back=success")
    loop.rollback("78", as_of="2013-01-25")
    told.again = loop.report("roll_back=success")
    loop.start_run(as_of="2013-01-26")
    release_retraining(loop.context, "The sensor is repaired.")
    told.released = loop.report("release=success")
    loop.start_run(as_of="2013-01-27")
    change_mode(loop.context, "freeze", "An audit.")
    told.frozen = loop.report("change_mode=success")
    loop.start_run(as_of="2013-01-28")
    told.repaired = repaired(loop)
    told.failed = failed_rollback(loop)
    return told


def repaired(loop: Loop):
    repair(loop.context, loop.source, RepairRequest("replay", "Values were corrected.", batch_seq=2))
    ingest(loop.context, loop.source)
    return loop.report("plan=success ingest=success")


def failed_rollback(loop: Loop):
    loop.start_run(as_of="2013-01-29")
    with (
        pytest.raises(RetrainingError),
        storing_errors(loop.tables, loop.spec.model, "rollback", loop.run),
    ):
        rollback(loop.context, "77", "Found worse by hand.")
    return loop.report("roll_back=failed")


def said(page):
    return page.event.headline, page.event.outcome, page.event.champion_before, page.event.champion_after


def test_each_job_leaves_a_row_with_its_headline(story):
    assert said(story.first) == ("First champion", "PROMOTE", None, "1")
    assert said(story.second) == ("New champion", "PROMOTE", "1", "2")
    assert said(story.back) == ("Rolled back", "ROLLBACK", "2", "1")
    assert said(story.again) == ("The error has grown", "KEEP", "1", "1")  # of the older version, on newer days
    assert said(story.released) == ("Retraining released", "RELEASED", "1", "1")
    assert said(story.frozen) == ("Model frozen", "FROZEN", "1", "1")
    assert story.repaired.event.outcome == "REPAIRED"


def test_after_a_rollback_the_index_and_the_models_page_say_so(story):
    assert "Rolled back" in story.back.page
    assert story.back.page_at.startswith("artifact report/toy/newest.html of MLflow run")
    run_id = story.back.page_at.rpartition(" ")[2]
    folder = Path(story.loop.registry.client.download_artifacts(run_id, "report"))
    assert (folder / "index.html").exists()
    assert {each.name for each in folder.glob("toy/*.html")} > {"newest.html", f"{story.back.event.run_id}.html"}


def test_a_failed_job_says_why_what_to_do_and_which_version_is_live(story):
    event = story.failed.event

    assert said(story.failed)[:2] == ("Run failed", "FAILED")
    assert (event.champion_before, event.champion_after, event.failed_tasks) == ("1", "1", ("roll_back",))
    assert event.error is not None
    assert event.error.replace("`", "") in Seen(story.failed.page).text
    (stored,) = read_errors(story.loop.tables, "toy", {event.run_id})
    assert (event.error, event.what_to_do) == (stored.line, stored.cure)


def test_two_jobs_that_report_at_the_same_moment_both_leave_a_row(make_loop):
    loop = make_loop()
    loop.source_has(drifting(1, 14))
    loop.ingest(as_of="2013-01-15")
    one = loop.report("plan=success ingest=success").event
    for attempt in ("b", "c"):
        _store(loop.context, replace(one, run_id=attempt, attempt_id=attempt), stored=0)

    assert {row.run_id for row in read_events(loop.tables)} == {one.run_id, "b", "c"}


def test_an_operators_row_is_no_turn_of_the_loop(story):
    events = [row for row in read_events(story.loop.tables) if row.model == "toy"]

    assert [row.is_of_loop for row in events] == [True, True, *[False] * (len(events) - 2)]


def test_what_an_operator_does_between_a_kill_and_the_same_command_does_not_end_the_killed_run(make_loop):
    loop = make_loop()
    loop.spec = toy_spec(gate={"deploy": "candidate"})
    loop.source_has(drifting(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.train()
    killed = loop.run
    loop.start_run(as_of="2013-01-16")
    change_mode(loop.context, "freeze", "An audit.")
    loop.report("change_mode=success")
    loop.start_run(as_of="2013-01-17")
    change_mode(loop.context, "unfreeze", "The audit is over.")
    loop.report("change_mode=success")
    loop.run = replace(killed, attempt_id="again")
    loop.check()

    assert len(read_rows(loop.tables, Decision, "toy")) == 1


def test_a_second_model_of_a_shared_source_shows_the_batch_that_the_first_one_read(make_loop):
    loop = make_loop()
    loop.source_has(drifting(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.train()
    loop.report(LOOP)
    second = replace(loop, spec=loop.spec.model_copy(update={"model": "other"}))
    source = loop.spec.source.model_copy(update={"name": "toy"})
    second.spec = second.spec.model_copy(update={"source": source})
    second.start_run(as_of="2013-01-16")
    second.check()
    page = second.report("ingest=success score=success check_drift=success retrain=excluded promote=excluded")

    assert (page.event.rows_read, page.event.rows_accepted) == (280, 280)
    assert "Batch 1 is new to this model." in page.page


def test_a_failed_ingestion_does_not_say_that_nothing_came_in_and_names_the_live_version(make_loop):
    loop = make_loop()
    loop.source_has(drifting(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.train()
    loop.report(LOOP)
    loop.start_run(as_of="2013-01-16")
    skipped = "score=upstream_failed check_drift=upstream_failed retrain=upstream_failed promote=upstream_failed"
    page = loop.report(f"ingest=failed {skipped}")

    assert (page.event.failed_tasks, page.event.champion_before) == (("ingest",), page.event.champion_after)
    assert page.event.champion_before is not None
    assert "Not known: the task ingest failed" in page.page
    assert "the source has no rows" not in page.page

"""A batch of distances x 0.001, and each way out of it. One story a way; the tests only read it."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from tests.loop import Loop, make_run, toy_spec
from tests.retraining.report.pages import Seen

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.requests.repair import RepairRequest
from retraining.rules.decide import decide
from retraining.stages.release_retraining import release_retraining
from retraining.stages.repair import repair

pytestmark = pytest.mark.slow

SPEC = toy_spec(drift={"min_rows": 30}, policy={"min_new_rows": 30}, gate={"deploy": "candidate"})
REASON = "Checked by hand."
NAMED = "Batch 2 (2013-01-15 to 2013-01-24) has a data fault"


def rows(first: int, last: int, factor: float = 1.0) -> list[tuple[object, ...]]:
    """Twenty rows a day, days first to last of 2013; x is about 1000, or in another unit."""
    made: list[tuple[object, ...]] = []
    for number in range(first, last + 1):
        day, draw = date(2013, 1, 1) + timedelta(days=number - 1), random.Random(number)
        for hour in range(20):
            x = draw.gauss(1000, 300)
            made.append((f"{day}/{hour}", f"{day} {hour:02d}:00", factor * x, x / 100 + draw.gauss(0, 0.5)))
    return made


def arrive(loop: Loop, first: int, last: int, factor: float = 1.0) -> Decision:
    loop.source_has(rows(first, last, factor))
    loop.ingest()
    loop.score()
    return loop.check().decision


@dataclass
class Story:
    """What was decided on the faulty batch, on a clean one after it, and after the answer."""

    loop: Loop
    faulty: Decision
    page: str
    line: str
    later: Decision
    asked: Decision


@pytest.fixture(scope="module")
def story(make_loop) -> Story:
    loop = make_loop()
    loop.spec = SPEC
    loop.source_has(rows(1, 14))
    loop.ingest()
    assert loop.train().promotion.outcome == "PROMOTE"
    faulty = arrive(loop, 15, 24, 0.001)
    assert loop.retrain().manifest is None
    reported = loop.report()
    later = arrive(loop, 25, 34)
    return Story(loop, faulty, reported.page, reported.news[0].line, later, loop.check(asked="Please.").decision)


def test_it_is_not_trained_on_and_the_reason_names_fault_batch_and_ways_out(story):
    assert (story.faulty.action, story.faulty.change) == ("keep", "data_fault")
    assert [(each.batch_seq, each.column_name, each.detail) for each in story.faulty.open_faults] == [
        (2, "x", "1/1,000 of")
    ]
    assert story.faulty.reasons[0].startswith(f"{NAMED}: `x` has values about 1/1,000 of the reference")
    assert "action=replay, batch_seq=2" in story.faulty.reasons[1]
    assert "release_retraining" in story.faulty.reasons[1]


def test_headline_and_incident_name_it(story):
    page = Seen(story.page).text

    assert f"Data fault {NAMED}: x has values about 1/1,000 of the reference's" in page
    assert "Why Nothing is trained until it is answered; version 1 stays champion." in page
    assert "What to do Correct the source and read the batch again (job repair, action=replay, batch_seq=2)" in page
    assert NAMED in story.line


def test_no_later_run_trains_on_it_either_not_even_where_a_person_wants_a_training(story):
    assert (story.later.batch_seq, story.later.action, story.later.open_faults) == (3, "keep", story.faulty.open_faults)
    assert (story.asked.action, story.asked.open_faults) == ("keep", story.faulty.open_faults)


def test_the_stored_rows_replay_to_the_same_verdict(story):
    stored = read_rows(story.loop.tables, Decision, "toy")

    assert stored[-1].open_faults == story.faulty.open_faults
    for each in stored:
        verdict = decide(each.evidence, each.thresholds)
        assert (verdict.action, verdict.reasons) == (each.action, each.reasons)


@pytest.fixture(scope="module")
def answered(story) -> list[Decision]:
    """Withdrawn; then another faulty batch, replayed without a correction, then with one; a third, released; and a
    fourth that no decision was made on."""
    loop = story.loop
    decided = []
    _repair(loop, "abandon", 2)
    loop.score()
    decided.append(loop.check().decision)

    decided.append(arrive(loop, 35, 44, 0.001))
    faulty = decided[-1].batch_seq
    _repair(loop, "replay", faulty)
    loop.score()
    decided.append(loop.check().decision)
    loop.tables.spark.sql(f"UPDATE {loop.source} SET x = 1000 * x WHERE at >= '2013-02-04' AND x < 10")
    _repair(loop, "replay", decided[-1].batch_seq)
    loop.score()
    decided.append(loop.check().decision)

    decided.append(arrive(loop, 45, 54, 0.001))
    context = replace(loop.context, run=make_run("900", "2013-06-02"))
    released = release_retraining(context, REASON).promotion
    assert released.answers == decided[-1].open_faults
    assert release_retraining(replace(context, run=make_run("901", "2013-06-02")), REASON).promotion == released
    loop.start_run()
    decided.append(loop.check().decision)
    decided.append(arrive(loop, 55, 64, 0.001))

    loop.source_has(rows(65, 74, 1000.0))
    loop.ingest()  # and its run failed before a decision
    decided.append(arrive(loop, 75, 84))
    return decided


def _repair(loop: Loop, action, batch_seq: int) -> None:
    loop.start_run()
    repair(loop.context, loop.source, RepairRequest(action, "Distances x 0.001.", batch_seq))
    loop.ingest()


def test_a_withdrawn_batch_ends_it_and_training_goes_on(answered):
    assert (answered[0].open_faults, answered[0].action) == ((), "refit")


def test_a_replay_of_a_source_that_was_not_corrected_finds_the_fault_again(answered):
    faulty, again = answered[1], answered[2]

    assert [each.batch_seq for each in faulty.open_faults] == [faulty.batch_seq]
    assert (again.action, [each.batch_seq for each in again.open_faults]) == ("keep", [faulty.batch_seq + 1])


def test_a_replay_of_the_corrected_source_ends_it(answered):
    assert (answered[3].open_faults, answered[3].action) == ((), "refit")


def test_a_release_answers_it_once_and_for_the_batches_after_it(story, answered):
    before, after, next_batch = answered[4:7]

    assert before.action == "keep"
    assert (after.batch_seq, after.action, after.fault_answer) == (before.batch_seq, "refit", REASON)
    assert (next_batch.action, next_batch.open_faults, next_batch.fault_answer) == ("refit", (), REASON)
    released = [row for row in read_rows(story.loop.tables, Promotion, "toy") if row.outcome == "RELEASED"]
    assert len(released) == 1


def test_a_faulty_batch_whose_run_failed_before_its_decision_is_found_by_the_next_one(answered):
    decision = answered[7]

    assert decision.action == "keep"
    assert [(each.batch_seq, each.detail) for each in decision.open_faults] == [(decision.batch_seq - 1, "1,000 times")]

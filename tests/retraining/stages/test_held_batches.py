"""A batch that fails a rule or a gate is held: stored, closed, not used until it is released."""

from dataclasses import dataclass

import pytest
from tests.loop import days, toy_spec

from retraining.adapters.tables.batches import UsableBatches, read_batches
from retraining.errors import HeldBatchError, NothingToDoError, ParameterError
from retraining.records.batch import IngestReport, RuleCount
from retraining.records.decision import Decision
from retraining.stages.ingest import ingest
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.training_frame import Bounds, trainable_rows

pytestmark = pytest.mark.slow

TEN = "2013-01-31 10:00"
RULES = [
    {"rule": "in_range", "column": "x", "min": -1},
    {"rule": "sql", "name": "y_small", "condition": "y < 1000", "severity": "fail"},
    {"rule": "in_range", "column": "x", "max": 0.9, "name": "x_large", "severity": "warn"},
]
SPEC = toy_spec(
    quality={"rules": RULES}, gate={"deploy": "candidate"}, policy={"min_new_rows": 100}, drift={"min_rows": 30}
)


def batches(loop):
    return read_batches(loop.tables, "toy")


def counted(loop, table: str, batch_seq: int) -> int:
    return loop.tables.read(table).where(f"_batch_seq = {batch_seq}").count()


def trainable(loop, through: int) -> int:
    source = read_source(loop.spec, loop.tables)
    rows = trainable_rows(loop.context, source, Bounds(through, None, None))
    return rows.where("_batch_seq = 2").count()


@dataclass
class Story:
    """What was seen on the way, by the name of the moment; each test asks about one of them."""

    first: IngestReport
    held: str
    again: str
    seen: dict[str, object]
    decision: Decision


@pytest.fixture(scope="module")
def loop(make_loop):
    loop = make_loop()
    loop.spec = SPEC
    return loop


@pytest.fixture(scope="module")
def story(loop) -> Story:
    """Batch 1 trains a champion, 2 is held, 3 is scored, 2 is released, 4 comes. The tests only read."""
    loop.source_has(days(1, 14))
    first = loop.ingest()
    assert loop.train().promotion.outcome == "PROMOTE"
    bad = days(15, 15)
    loop.source_has([(*bad[0][:3], 5000.0), (*bad[1][:2], -7.0, bad[1][3]), *bad[2:]])
    held = refusal(loop.ingest)
    again = refusal(lambda: ingest(loop.context, loop.source))  # the platform retries the task
    nothing_new = loop.ingest()
    seen: dict[str, object] = {"in views": views(loop), "the next run": (nothing_new.read, nothing_new.held)}
    loop.source_has(days(16, 16))
    loop.ingest()
    seen |= {"scored while held": loop.score().rows, "trainable while held": trainable(loop, 3)}
    loop.release("2")
    seen |= {"in views once released": views(loop), "trainable through 3": trainable(loop, 3)}
    seen |= {"scored before the next batch": loop.score().rows}
    loop.source_has(days(17, 17))
    loop.ingest()
    seen |= {"scored with the next batch": loop.score().rows, "scored again": loop.score().rows}
    return Story(first, held, again, seen, loop.check().decision)


def refusal(stage) -> str:
    with pytest.raises(HeldBatchError) as caught:
        stage()
    return str(caught.value)


def views(loop) -> tuple[int, int]:
    return counted(loop, "toy_accepted", 2), counted(loop, "toy_quarantine", 2)


def test_a_warning_leaves_the_row_accepted_and_is_counted_in_report_and_closing_row(loop, story):
    warned = loop.tables.read("toy_accepted").where("_batch_seq = 1 AND x > 0.9").count()

    assert (story.first.accepted, story.first.quarantined, warned > 0) == (280, 0, True)
    assert story.first.warnings == batches(loop)[0].warnings == (RuleCount("x_large", warned),)
    assert f"; warnings: x_large {warned}; watermark" in story.first.summary


def test_a_rule_that_fails_holds_the_batch_and_the_error_names_rule_figures_and_cure(story):
    assert story.held.startswith("toy: batch 2 is held. rule y_small (severity: fail): 1 rows broke it; none may. ")
    assert "run the job release_batch with model=toy, batch_seq=2 and a reason" in story.held


def test_a_retry_of_the_run_that_held_a_batch_fails_again(story):
    assert story.again == story.held


def test_a_held_batch_is_stored_counted_and_consumes_its_number_and_its_slice(loop, story):
    (held,) = loop.tables.read("watermarks").where("state = 'HELD'").collect()

    assert (held["rows_read"], held["rows_accepted"], held["rows_quarantined"]) == (21, 18, 2)
    assert held["watermark_after"] == held["hi"] == "2013-01-15T19:00:00.000000Z"
    assert story.seen["the next run"] == (0, (2,))


def test_nobody_sees_a_held_batch(story):
    assert story.seen["in views"] == (0, 0)
    assert (story.seen["scored while held"], story.seen["trainable while held"]) == (20, 0)


def test_views_show_a_batch_as_soon_as_it_is_released(story):
    assert story.seen["in views once released"] == (18, 2)


def test_what_was_decided_between_holding_and_release_can_be_read_again(story):
    assert story.seen["trainable through 3"] == 0


def test_a_batch_released_late_is_scored_once_with_the_next_batch(loop, story):
    made = loop.tables.read("toy_predictions").where("_batch_seq = 2 AND NOT seen_in_training").count()

    assert (story.seen["scored before the next batch"], story.seen["scored with the next batch"]) == (0, 38)
    assert (story.seen["scored again"], made) == (0, 18)


def test_a_batch_released_late_is_compared_measured_and_trained_on_with_the_next_batch(loop, story):
    rows = (
        loop.tables.read("drift_metrics")
        .where("batch_seq = 4 AND column_name = 'x' AND against = 'reference'")
        .collect()
    )

    assert [row["rows"] for row in rows] == [38]
    assert {each.batch_seq for each in story.decision.daily_losses} == {2, 3, 4}
    assert (story.decision.new_labelled_rows, trainable(loop, 4)) == (58, 18)


def test_a_release_says_why_and_what_it_was_held_for_and_is_written_once(loop, story):
    before = loop.version_of_table("watermarks")
    made = loop.release("2", "Said twice.")

    assert loop.version_of_table("watermarks") == before
    assert made.batch == batches(loop)[1]
    assert (made.batch.reason, made.batch.usable_from, made.batch.rows_accepted) == ("Checked by hand.", 4, 18)
    assert made.summary.startswith(
        "toy: batch 2 is released with 18 accepted rows (Checked by hand.). It was held: rule"
    )
    assert made.summary.endswith("Its rows are used from the run that ingests batch 4 on.")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("3", "toy: batch 3 is COMMITTED, expected HELD, so there is nothing to release. Held batches: none."),
        ("9", "toy: batch 9 does not exist, so there is nothing to release. Held batches: none."),
    ],
)
def test_a_batch_that_is_not_held_is_not_released(loop, story, number, said):
    with pytest.raises(NothingToDoError) as caught:
        loop.release(number)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("number", "reason"),
    [(None, "why"), ("", "why"), ("2; drop", "why"), ("-2", "why"), ("²", "why"), ("2", None), ("2", " ")],
)
def test_a_release_needs_a_number_and_a_reason(loop, number, reason):
    with pytest.raises(ParameterError, match="batch_seq" if reason == "why" else "reason"):
        loop.release(number, reason)


def test_gates_hold_batches_whose_rows_are_not_new_again_and_any_order_of_release_is_fine(make_loop):
    loop = make_loop()
    gates = {"min_rows": 5, "max_quarantined_share": 0.4, "max_null_share": {"x": 0.2}}
    loop.spec = toy_spec(quality={"rules": [{"rule": "not_null", "column": "x"}], "batch": gates})
    loop.source_has([("a", TEN, 1.0, 1.0), ("b", TEN, None, 1.0), ("c", TEN, float("nan"), 1.0)])

    first = refusal(loop.ingest)
    with pytest.raises(NothingToDoError, match="Held: 1; release_batch lets them in"):
        read_source(loop.spec, loop.tables)
    loop.source_has([("d", TEN, 1.0, 1.0)])
    second = refusal(loop.ingest)
    released = loop.release("2").batch
    usable = read_source(loop.spec, loop.tables).committed
    late = loop.release("1").batch

    assert [gate for gate in gates if f"quality.batch.{gate}" not in first] == []
    assert "2 of 3 new rows (66.67%) have no value; at most 20.00% may." in first
    assert "quality.batch.min_rows: 1 new rows came; at least 5 must." in second
    assert (released.rows_read, released.rows_accepted, released.rows_already_present) == (4, 1, 3)
    assert (released.usable_from, usable, late.usable_from) == (2, UsableBatches(2, (1,)), 3)
    assert (loop.accepted_keys(), loop.quarantined_keys()) == (["a", "d"], ["b", "c"])

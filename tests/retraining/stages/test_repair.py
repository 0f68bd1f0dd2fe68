"""What an operator asks of an ingestion: nothing is skipped, nothing repeated, and the watermark never moves back."""

from dataclasses import replace

import pytest
from tests.loop import KilledError, killed, make_run, toy_spec

from retraining.adapters.tables.batches import append_withdrawal, read_batches
from retraining.errors import ConcurrentRunError, IngestError, ParameterError, SourceError
from retraining.requests.repair import RepairRequest
from retraining.stages import ingest as stage
from retraining.stages.repair import repair

pytestmark = pytest.mark.slow

NINE, TEN, ELEVEN = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11))
WATERMARK = "2013-01-31T10:00:00.000000Z"


def ask(loop, action, **said):
    """A repair, and the ingestion that carries it out."""
    report = plan(loop, action, **said)
    return report, loop.ingest()


def plan(loop, action, reason="It was asked for.", **said):
    loop.start_run()
    return repair(loop.context, loop.source, RepairRequest(action, reason, **said))


def states(loop):
    return [(row.batch_seq, row.state, row.epoch) for row in read_batches(loop.tables, "toy")]


@pytest.fixture
def begun(loop):
    """A source of which two rows are stored, up to 10:00."""
    loop.spec = toy_spec()
    loop.source_has([("a", NINE, 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    loop.ingest()
    return loop


def test_a_backfill_brings_in_what_came_too_late_and_leaves_the_watermark(begun):
    begun.source_has([("late", NINE, 2.0, 1.0), ("outside", "2013-01-31 08:59", 2.0, 1.0), ("next", ELEVEN, 1.0, 1.0)])
    assert begun.ingest().older == 2

    request, report = ask(begun, "backfill", start=NINE, end=TEN)

    assert request.summary.startswith("toy: backfill: batch 3 is PLANNED [2013-01-31T09:00:00.000000Z, ")
    assert (report.read, report.accepted, report.already_present, report.older) == (2, 1, 1, 1)
    assert report.watermark == "2013-01-31T11:00:00.000000Z"
    assert begun.accepted_keys() == ["a", "b", "late", "next"]
    begun.source_has([("last", ELEVEN, 1.0, 1.0)])
    assert (begun.ingest().accepted, begun.ingest().older) == (1, 1)


def test_a_replay_takes_the_place_of_its_batch_without_deleting_anything(begun):
    begun.tables.spark.sql(f"UPDATE {begun.source} SET x = 5.0 WHERE id = 'a'")
    begun.tables.spark.sql(f"DELETE FROM {begun.source} WHERE id = 'b'")

    request, report = ask(begun, "replay", batch_seq=1)

    assert "in place of batch 1" in request.summary
    assert (report.read, report.accepted, report.already_present, report.watermark) == (1, 1, 0, WATERMARK)
    assert begun.accepted("x") == {"a": 5.0}
    assert begun.tables.read("toy_observations").count() == 3
    assert begun.ingest().read == 0
    with pytest.raises(ParameterError, match="batch 1 was superseded by batch 2"):
        plan(begun, "replay", "Once more.", batch_seq=1)


def test_an_open_batch_whose_source_was_replaced_is_given_up_and_the_new_table_is_read_whole(begun, monkeypatch):
    begun.source_has([("lost", ELEVEN, 1.0, 1.0)])
    with monkeypatch.context() as patched:
        patched.setattr(stage, "append_close", killed)
        with pytest.raises(KilledError):
            begun.ingest()
    begun.tables.spark.sql(f"DROP TABLE {begun.source}")
    begun.source_has([("a", NINE, 1.0, 1.0), ("early", "2013-01-30 09:00", 1.0, 1.0), ("lost", ELEVEN, 1.0, 1.0)])
    with pytest.raises(SourceError, match="was replaced while a batch was open"):
        begun.ingest()

    _, report = ask(begun, "rebaseline")

    assert states(begun) == [(1, "COMMITTED", 1), (2, "ABANDONED", 1), (3, "COMMITTED", 2)]
    assert (report.read, report.accepted, report.already_present, report.older) == (3, 2, 1, 0)
    assert begun.accepted_keys() == ["a", "b", "early", "lost"]
    begun.source_has([("next", ELEVEN, 1.0, 1.0), ("too late", NINE, 1.0, 1.0)])
    again = begun.ingest()
    assert (again.accepted, again.older) == (1, 1)


def test_a_source_that_was_replaced_between_batches_stops_ingestion_with_the_cure(begun):
    begun.tables.spark.sql(f"DROP TABLE {begun.source}")
    begun.source_has([("b", TEN, 1.0, 1.0), ("c", NINE, 1.0, 1.0)])

    with pytest.raises(SourceError, match=r"was replaced since batch 1 .* action=rebaseline"):
        begun.ingest()

    assert states(begun) == [(1, "COMMITTED", 1)]
    _, report = ask(begun, "rebaseline")
    assert (report.accepted, report.already_present) == (1, 1)


@pytest.mark.parametrize("loss", ["DROP TABLE {}", "RESTORE TABLE {} TO VERSION AS OF 2"])
def test_lost_watermarks_are_rebuilt_from_the_data_and_ingestion_goes_on(begun, loss):
    begun.source_has([("c", ELEVEN, 1.0, 1.0), ("null ledger", None, 1.0, 1.0)])
    begun.ingest()
    begun.tables.spark.sql(loss.format(begun.tables.name("watermarks")))
    begun.source_has([("tied", ELEVEN, 2.0, 1.0), ("d", "2013-01-31 12:00", 1.0, 1.0)])
    begun.tables = replace(begun.tables, _known=set())
    with pytest.raises(IngestError, match=r"hold rows of batch 2, but table `watermarks` ends with batch [01]"):
        begun.ingest()

    request, report = ask(begun, "rebuild")

    assert request.summary == "toy: rebuild: batch 1, 2 is COMMITTED"
    assert (report.batch_seq, report.accepted, report.older) == (3, 2, 0)
    assert (begun.accepted_keys(), begun.quarantined_keys()) == (["a", "b", "c", "d", "tied"], ["null ledger"])
    assert (states(begun)[-1], begun.ingest().read) == ((3, "COMMITTED", 2), 0)
    assert plan(begun, "rebuild").summary == request.summary
    assert plan(begun, "rebuild", "Once more.").summary == "rebuild: nothing was missing"


def test_the_same_run_again_asks_for_nothing_new(begun):
    first = plan(begun, "replay", batch_seq=1)
    run = replace(begun.run, attempt_id=make_run().attempt_id)

    again, other = (RepairRequest("replay", reason, batch_seq=1) for reason in ("It was asked for.", "Another reason."))
    context = replace(begun.context, run=run)

    assert repair(context, begun.source, again).batches == first.batches
    with pytest.raises(ParameterError, match="is stored with another request"):
        repair(context, begun.source, other)
    assert states(begun) == [(1, "COMMITTED", 1), (2, "PLANNED", 1)]


def test_a_request_that_does_not_fit_writes_nothing(begun):
    refusals = {
        "is not before end": {"action": "backfill", "start": TEN, "end": NINE},
        "is beyond the watermark": {"action": "backfill", "start": NINE, "end": ELEVEN},
        "start 'soon' is not a value of `at`": {"action": "backfill", "start": "soon", "end": TEN},
        "there is no batch 7": {"action": "replay", "batch_seq": 7},
        "no batch is open or held": {"action": "abandon"},
    }
    for said, request in refusals.items():
        with pytest.raises(ParameterError, match=said):
            plan(begun, **request)

    assert states(begun) == [(1, "COMMITTED", 1)]
    plan(begun, "replay", batch_seq=1)
    with pytest.raises(ParameterError, match="batch 2 of toy is still open"):
        plan(begun, "replay", "Once more.", batch_seq=1)
    assert plan(begun, "abandon").batches[0].state == "ABANDONED"
    assert begun.ingest().read == 0
    assert begun.accepted_keys() == ["a", "b"]


def test_changes_of_a_feed_are_not_read_out_of_order(loop):
    loop.spec = toy_spec(
        source={"table": "toy_source", "mode": "change_feed", "keys": ["id"]}, gate={"holdout": "reserved"}
    )

    with pytest.raises(ParameterError, match="replay: changes of toy are read in the order of their commits, once"):
        plan(loop, "replay", batch_seq=1)


def test_a_withdrawn_batch_is_out_of_use_and_comes_in_again_only_when_it_is_corrected(begun):
    begun.source_has([("wrong", ELEVEN, 0.001, 1.0)])
    begun.ingest()

    request, report = ask(begun, "abandon", batch_seq=2)

    assert request.summary == "toy: abandon: batch 3 takes batch 2 out of use"
    assert (report.read, begun.accepted_keys()) == (0, ["a", "b"])
    assert plan(begun, "abandon", batch_seq=2).batches == request.batches

    begun.source_has([("new", ELEVEN, 1.0, 1.0)])  # tied with the watermark, as the withdrawn row
    report = begun.ingest()
    assert (report.read, report.accepted, report.already_present) == (2, 1, 1)
    assert begun.accepted_keys() == ["a", "b", "new"]

    begun.tables.spark.sql(f"UPDATE {begun.source} SET x = 1.0 WHERE id = 'wrong'")
    ask(begun, "replay", batch_seq=3)
    assert begun.accepted("x") == {"a": 1.0, "b": 1.0, "new": 1.0, "wrong": 1.0}
    assert begun.tables.read("toy_observations").where("id = 'wrong'").count() == 2
    assert begun.ingest().read == 0


def test_of_two_repairs_at_once_one_gets_the_next_number(begun):
    plan(begun, "abandon", batch_seq=1)
    batches = read_batches(begun.tables, "toy")

    with pytest.raises(ConcurrentRunError):
        append_withdrawal(begun.tables, replace(batches[-1], attempt_id="another", reason="Another."))

    assert states(begun) == [(1, "COMMITTED", 1), (2, "COMMITTED", 1)]
